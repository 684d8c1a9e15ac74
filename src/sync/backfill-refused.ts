/** A backfill that cannot be: the message says what would be right. */
export class BackfillRefused extends Error {
  override readonly name = 'BackfillRefused';
  readonly code: 'unknown_source' | 'unknown_stream' | 'no_past' | 'not_connected' | 'empty_range' | 'future_range';

  constructor(code: BackfillRefused['code'], message: string) {
    super(message);
    this.code = code;
  }
}
