const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * The local days of one time zone, counted back from an anchor: day 0 is the anchor's own (unfinished) local day.
 * All times are epoch milliseconds on a whole second.
 */
export class Calendar {
  readonly anchor: number;
  readonly #days: string[] = [];
  readonly #midnights: number[] = [];

  constructor(timeZone: string, anchor: string, days: number) {
    this.anchor = Date.parse(anchor);
    if (Number.isNaN(this.anchor)) throw new Error(`the anchor "${anchor}" is not an instant: write it like 2026-11-24T12:00:00Z`);
    const clock = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    const wall = (instant: number): number => {
      const parts = new Map(clock.formatToParts(instant).map((part) => [part.type, Number(part.value)]));
      const of = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
      return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    };
    const today = new Date(wall(this.anchor)).toISOString().slice(0, 10);
    for (let ago = 0; ago <= days; ago++) {
      const midnight = Date.parse(`${today}T00:00:00Z`) - ago * 24 * HOUR;
      // Twice, because the offset at the guess may be the one of the other side of a clock change.
      const guess = midnight - (wall(midnight) - midnight);
      this.#midnights.push(midnight - (wall(guess) - guess));
      this.#days.push(new Date(midnight).toISOString().slice(0, 10));
    }
  }

  get length(): number {
    return this.#days.length;
  }

  /** The local date, `YYYY-MM-DD`. */
  day(ago: number): string {
    return this.#days[ago]!;
  }

  /** 0 is Sunday. */
  weekday(ago: number): number {
    return new Date(`${this.day(ago)}T00:00:00Z`).getUTCDay();
  }

  /** So many minutes after local midnight (an hour off on the two days a year the clocks change). */
  at(ago: number, minutes: number): number {
    return this.#midnights[ago]! + minutes * MINUTE;
  }

  /** The latest moment the world writes anything at: sources lag a little behind their own clock. */
  get latest(): number {
    return this.anchor - 90_000;
  }

  /** A moment after another one, but never after the world's latest. */
  after(start: number, minutes: number): number {
    return Math.min(start + Math.round(minutes * 60) * 1000, this.latest);
  }
}
