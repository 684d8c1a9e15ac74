/** Adds decimal texts exactly, however many digits they have. `decimalSum(['0.1', '0.2', '-1'])` is `-0.7`. */
export function decimalSum(amounts: readonly string[]): string {
  const places = Math.max(0, ...amounts.map((amount) => amount.split('.')[1]?.length ?? 0));
  const sum = amounts.reduce((total, amount) => {
    const [whole = '0', fraction = ''] = amount.split('.');
    return total + BigInt(whole + fraction.padEnd(places, '0'));
  }, 0n);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(places + 1, '0');
  const [whole, fraction] = [digits.slice(0, digits.length - places), digits.slice(digits.length - places).replace(/0+$/, '')];
  return `${sum < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** `-1` of `1`; zero has no sign. */
export function negated(amount: string): string {
  return /^-?0+(\.0+)?$/.test(amount) ? '0' : amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}
