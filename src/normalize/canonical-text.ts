/** A decimal without superfluous zeros: `1990.0` and `1990` are one amount and must not count as a change. `-0` is `0`. */
export function canonicalDecimal(text: string): string {
  if (/^[1-9]\d*$/.test(text)) return text;
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const digits = whole.replace(/^0+(?=\d)/, '');
  const rest = fraction.replace(/0+$/, '');
  const plain = rest === '' ? digits : `${digits}.${rest}`;
  return negative && plain !== '0' ? `-${plain}` : plain;
}

/** A UTC instant with exactly six decimals, so that texts compare as instants do. */
export function canonicalInstant(text: string): string {
  const body = text.slice(0, -1);
  const dot = body.indexOf('.');
  if (dot === -1) return `${body}.000000Z`;
  return `${body.slice(0, dot)}.${body.slice(dot + 1).padEnd(6, '0')}Z`;
}

/** A Postgres array literal of texts, sorted so that order never counts as a change. */
export function canonicalTexts(items: readonly string[]): string {
  const quoted = [...items].sort().map((item) => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
  return `{${quoted.join(',')}}`;
}
