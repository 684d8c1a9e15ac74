/** `1234567.5` as people in Chile write it: `1.234.567,5`. Works on the decimal text: no amount passes through a float. */
export function chileanNumber(decimal: string): string {
  const [whole = '0', fraction] = decimal.split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, '.');
  return fraction === undefined ? grouped : `${grouped},${fraction}`;
}
