/** Texts of the answer that is being written. */
let texts: string[] | null = null;

/**
 * JSON as the database wrote it, to be passed on letter by letter: every digit of its numbers stays, and neither its depth nor its size
 * costs this process anything. Reading four megabytes of it exactly would stop the process for most of a second, for everybody.
 */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** For `JSON.stringify`, which has no way to take text as it is. */
  toJSON(): string {
    if (texts === null) throw new Error('an answer with JSON of the database is written by writeJson()');
    return `\0${texts.push(this.text) - 1}\0`;
  }
}

// No text of Postgres holds a zero byte, so a string with two around a number is one of ours.
const MARK = /"\\u0000(\d+)\\u0000"/g;

/** As `JSON.stringify`, with what is `RawJson` in it as it is. */
export function writeJson(value: unknown): string {
  const own: string[] = [];
  texts = own;
  try {
    const text = JSON.stringify(value);
    return own.length === 0 ? text : text.replaceAll(MARK, (_, at: string) => own[Number(at)]!);
  } finally {
    texts = null;
  }
}
