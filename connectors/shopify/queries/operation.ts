/** One GraphQL operation and how it is called in messages. */
export interface Operation {
  readonly name: string;
  readonly text: string;
}
