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

/** Noon of a local date as an instant; clocks change at night, so one look at the offset is enough. */
export function localNoon(timeZone: string): (day: string) => number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (day) => {
    const guess = Date.parse(`${day}T12:00:00Z`);
    const [hours = 0, minutes = 0] = format.format(guess).split(':').map(Number);
    return guess - (hours * 60 + minutes - 12 * 60) * 60_000;
  };
}
