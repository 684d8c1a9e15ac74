/** `1234567.5` as people in Chile write it: `1.234.567,5`. Works on the text: no amount passes through a float. */
export function thousands(amount: string | null): string {
  if (amount === null) return '—';
  const [whole = '0', fraction] = amount.split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, '.');
  return fraction === undefined ? grouped : `${grouped},${fraction}`;
}
