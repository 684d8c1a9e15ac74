export type Language = 'es' | 'en';

/** A sentence in both languages of the command line. */
export interface Words {
  readonly es: string;
  readonly en: string;
}

export interface Column<R> {
  readonly title: Words;
  readonly value: (row: R) => string | number | null;
  readonly right?: boolean;
  /** Left out where no row has anything in it. */
  readonly optional?: true;
}

/** A wrong argument: the message says which and what would be right. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Where a command's result goes: tables for people, one JSON document for machines. Progress always goes to stderr. */
export class Terminal {
  readonly json: boolean;
  readonly language: Language;
  #progress = 0;

  constructor(options: { readonly json: boolean; readonly language: Language }) {
    this.json = options.json;
    this.language = options.language;
  }

  say(words: Words): string {
    return words[this.language];
  }

  /** A line of the result; left out under --json. */
  line(text = ''): void {
    if (!this.json) process.stdout.write(`${text}\n`);
  }

  /** The one JSON document of a command; left out without --json. */
  document(value: unknown): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** A table that can be pasted into a mail. */
  table<R>(all: readonly Column<R>[], rows: readonly R[]): void {
    if (this.json) return;
    const columns = all.filter((column) => column.optional !== true || rows.some((row) => column.value(row) !== null));
    const head = columns.map((column) => this.say(column.title));
    const body = rows.map((row) => columns.map((column) => String(column.value(row) ?? '—')));
    const widths = head.map((title, i) => Math.max(title.length, ...body.map((cells) => cells[i]!.length)));
    const pad = (text: string, i: number) => (columns[i]!.right === true ? text.padStart(widths[i]!) : text.padEnd(widths[i]!));
    this.line(`  ${head.map(pad).join('  ')}`.trimEnd());
    this.line(`  ${widths.map((width) => '─'.repeat(width)).join('  ')}`);
    for (const cells of body) this.line(`  ${cells.map(pad).join('  ')}`.trimEnd());
  }

  /** What to type next and why, on stderr: no part of what is pasted into a mail, or read by a program. */
  next(steps: readonly (readonly [command: string, why: Words])[]): void {
    if (this.json || steps.length === 0) return;
    const width = Math.max(...steps.map(([command]) => command.length));
    const lines = steps.map(([command, why]) => `  ${command.padEnd(width)}   ${this.say(why)}\n`);
    process.stderr.write(`\n${this.say({ es: 'Para seguir', en: 'Next' })}:\n${lines.join('')}`);
  }

  title(words: Words): void {
    this.line();
    this.line(this.say(words));
  }

  /** What is going on, on stderr: redrawn in place on a terminal, a line each elsewhere. */
  progress(text: string): void {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${text.padEnd(this.#progress)}`);
      this.#progress = text.length;
    } else process.stderr.write(`${text}\n`);
  }

  endProgress(): void {
    if (process.stderr.isTTY && this.#progress > 0) process.stderr.write('\n');
    this.#progress = 0;
  }
}

/** `2026-11-23 18:05` in a tenant's zone, or a dash. */
export function localTime(at: Date | null, timeZone = 'America/Santiago'): string {
  if (at === null) return '—';
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);
}
