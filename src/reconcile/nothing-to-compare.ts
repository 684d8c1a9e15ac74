/** One of the two sides is not connected: the message says which, and what to type. */
export class NothingToCompare extends Error {
  override readonly name = 'NothingToCompare';
}
