import type { Minor } from './model.ts';

/** Minor units as a decimal string without trailing zeros: 119000 with 0 digits is '119000', 1250 with 2 is '12.5'. */
export function minorText(amount: Minor, digits: number): string {
  if (!Number.isSafeInteger(amount)) throw new Error(`${amount} is not a whole number of minor units`);
  if (digits === 0) return String(amount);
  const sign = amount < 0 ? '-' : '';
  const padded = String(Math.abs(amount)).padStart(digits + 1, '0');
  const fraction = padded.slice(-digits).replace(/0+$/, '');
  return `${sign}${padded.slice(0, -digits)}${fraction === '' ? '' : `.${fraction}`}`;
}
