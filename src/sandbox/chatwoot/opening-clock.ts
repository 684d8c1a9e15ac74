import type { ChatwootInbox, Seconds } from './model.ts';

/** Everything in the sandbox opens, closes and sets its clocks at a whole quarter of an hour. */
const QUARTER = 900;

/** When an inbox is open, quarter by quarter of an hour, as a clock on its wall shows. Null for one without hours. */
export class OpeningClock {
  readonly #inbox: ChatwootInbox;
  readonly #format: Intl.DateTimeFormat;
  readonly #known = new Map<number, boolean>();

  private constructor(inbox: ChatwootInbox) {
    this.#inbox = inbox;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: inbox.timeZone,
      weekday: 'short',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    });
  }

  static of(inbox: ChatwootInbox): OpeningClock | null {
    return inbox.workingHours && inbox.hours.length > 0 ? new OpeningClock(inbox) : null;
  }

  /** Open seconds in between. */
  between(from: Seconds, until: Seconds): number {
    let open = 0;
    for (let quarter = Math.floor(from / QUARTER); quarter * QUARTER < until; quarter += 1) {
      if (this.#isOpen(quarter)) open += Math.min(until, (quarter + 1) * QUARTER) - Math.max(from, quarter * QUARTER);
    }
    return open;
  }

  /** The second by which so many open ones have passed. */
  after(from: Seconds, seconds: number): Seconds {
    let left = seconds;
    for (let quarter = Math.floor(from / QUARTER); ; quarter += 1) {
      if (!this.#isOpen(quarter)) continue;
      const start = Math.max(from, quarter * QUARTER);
      const room = (quarter + 1) * QUARTER - start;
      if (left <= room) return start + left;
      left -= room;
    }
  }

  #isOpen(quarter: number): boolean {
    const known = this.#known.get(quarter);
    if (known !== undefined) return known;
    const parts = new Map(this.#format.formatToParts(quarter * QUARTER * 1000).map(({ type, value }) => [type, value]));
    const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.get('weekday') ?? '');
    const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
    const open = this.#inbox.hours.some((one) => one.day === day && one.opens <= minute && minute < one.closes);
    this.#known.set(quarter, open);
    return open;
  }
}
