/** A side is stale, held, paused, loading or being read again, and whoever asked wants no warning but certainty. */
export class NotCurrent extends Error {
  override readonly name = 'NotCurrent';
}
