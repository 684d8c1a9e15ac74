/** A Chilean tax id as typed: with or without dots, dash and the country's prefix. */
export interface Rut {
  readonly body: number;
  readonly digit: string;
  readonly valid: boolean;
}

/** Null when the text does not have the shape of a RUT (a foreign tax id). */
export function parseRut(text: string): Rut | null {
  const parts = /^(?:CL)?(\d{1,9})([\dK])$/.exec(text.toUpperCase().replace(/[\s.‐-]/g, ''));
  if (parts?.[1] === undefined || parts[2] === undefined) return null;
  const body = Number(parts[1]);
  return { body, digit: parts[2], valid: body > 0 && checkDigit(body) === parts[2] };
}

/** Modulo 11 with the factors 2 to 7 from the right. */
function checkDigit(body: number): string {
  let sum = 0;
  let factor = 2;
  for (let rest = body; rest > 0; rest = Math.floor(rest / 10)) {
    sum += (rest % 10) * factor;
    factor = factor === 7 ? 2 : factor + 1;
  }
  const digit = 11 - (sum % 11);
  return digit === 11 ? '0' : digit === 10 ? 'K' : String(digit);
}

/** Numbers from 50 million on are companies: shown in full. A person's is masked to its last three digits and check digit. */
export function displayRut({ body, digit, valid }: Rut): string {
  const shown = valid && body >= 50_000_000 ? String(body) : `*****${String(body).slice(-3)}`;
  return `${shown}-${digit}`;
}
