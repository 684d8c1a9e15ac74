import type { Database } from './database.ts';
import type { Derivation } from './derivations.ts';
import { differingKeys } from './rederive.ts';

/** Above so many differing keys a derivation is walked whole, facts in the order of their time. */
const FEW = 5000;
/** Looks that run at once: each is one statement on one core of the database, which others write to meanwhile. */
const AT_ONCE = 2;

type Found = PromiseWithResolvers<string[]>;

/**
 * Which keys differ, derivation by derivation, looked for ahead of whoever asks. A look needs no lock; what it found holds for as long as
 * nothing that it may rest on was put right since.
 */
export class LookAhead {
  readonly #db: Database;
  readonly #tenantId: string;
  readonly #derivations: readonly Derivation[];
  #found: readonly Found[] = [];
  #lanes: Promise<unknown> = Promise.resolve();

  /** @param from the first derivation that will be asked for */
  constructor(db: Database, tenantId: string, derivations: readonly Derivation[], from: number) {
    this.#db = db;
    this.#tenantId = tenantId;
    this.#derivations = derivations;
    this.#start(from);
  }

  /** The differing keys of one derivation, or null when they are not few. */
  async keysOf(index: number): Promise<string[] | null> {
    const keys = await this.#found[index]!.promise;
    return keys.length > FEW ? null : keys;
  }

  /** After a stop: looks again at the derivations behind this one, which was put right and which they may rest on. */
  startBehind(index: number): void {
    this.#start(index + 1);
  }

  /** Begins no further look, waits for those that run and forgets what they found. */
  async stop(): Promise<void> {
    this.#found = [];
    await this.#lanes;
  }

  #start(from: number): void {
    const found = this.#derivations.map(() => Promise.withResolvers<string[]>());
    this.#found = found;
    let next = from;
    const lane = async (): Promise<void> => {
      while (this.#found === found && next < found.length) {
        const index = next;
        next += 1;
        const { promise, resolve, reject } = found[index]!;
        await this.#look(this.#derivations[index]!).then(resolve, reject);
        // Met when it is asked for, if ever.
        promise.catch(() => undefined);
      }
    };
    this.#lanes = Promise.all(Array.from({ length: AT_ONCE }, lane));
  }

  #look(derivation: Derivation): Promise<string[]> {
    return this.#db.transaction(this.#tenantId, async ({ query }) => {
      // One statement over a large tenant takes longer than a batch may; nobody waits for it.
      await query("select set_config('statement_timeout', '10min', true)");
      return differingKeys(query, this.#tenantId, derivation, FEW + 1);
    });
  }
}
