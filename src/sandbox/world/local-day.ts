/** The local date of an instant in a time zone. Offsets only change on whole hours, so one look-up serves a whole hour. */
export function localDays(timeZone: string): (time: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const known = new Map<number, string>();
  return (time) => {
    const hour = Math.floor(time / 3_600_000);
    const day = known.get(hour) ?? format.format(hour * 3_600_000);
    known.set(hour, day);
    return day;
  };
}
