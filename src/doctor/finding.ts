/** A sentence in both languages of the command line. */
export interface Words {
  readonly es: string;
  readonly en: string;
}

/** `error`: numbers are wrong, missing or unsafe, or will be soon. `warning`: a person should look. `info`: good to know. */
export type Severity = 'error' | 'warning' | 'info';

/** Something that is not as it should be. Holds no secret. */
export interface Finding {
  /** Stable word for it. */
  readonly code: string;
  readonly severity: Severity;
  /** Company and source, table, role: what it is about. Null: the whole. */
  readonly about: string | null;
  readonly what: Words;
  /** What follows from it when nobody does anything. */
  readonly means: Words;
  /** What to type or do next. */
  readonly next: Words;
}

/** The same words in both languages: a command, or what another system said. */
export const same = (text: string): Words => ({ es: text, en: text });

/** How an error reads in a finding: its message and, where it has one, its advice. Stacks and causes may hold anything. */
export function said(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const advice = error instanceof Error && 'advice' in error ? `. ${String(error.advice)}` : '';
  return `${message.split('\n')[0]!.slice(0, 400)}${advice}`;
}
