import { listMetabaseObjects, type MetabaseKind, type MetabaseLock, type MetabaseObject } from '../store/metabase-objects.ts';
import type { Database } from '../store/database.ts';
import type { MetabaseClient } from './client.ts';
import type { Desired } from './desired.ts';
import { specHash } from './identity.ts';

/**
 * How one thing stands. `update`: the template changed. `drift`: somebody changed it in Metabase. `orphan`: ours, and no longer wanted.
 * `foreign`: not ours, but in our way; only a person may take it off.
 */
export type PlanStatus = 'create' | 'update' | 'unchanged' | 'drift' | 'orphan' | 'foreign';

export interface PlanItem {
  readonly kind: MetabaseKind | 'fields' | 'access';
  readonly key: string;
  readonly name: string;
  readonly status: PlanStatus;
  readonly id: number | null;
  /** What differs: names of properties, or a sentence. */
  readonly changes: readonly string[];
}

/** A look at one owner's content, or a run that puts it right: both take the same steps, so a plan says what an apply does. */
export class Work {
  readonly client: MetabaseClient;
  readonly desired: Desired;
  readonly items: PlanItem[] = [];
  /** Null: only look. */
  readonly lock: MetabaseLock | null;
  readonly #objects: Map<string, MetabaseObject>;
  readonly #report: (item: PlanItem) => void;

  private constructor(options: WorkOptions, objects: readonly MetabaseObject[]) {
    this.client = options.client;
    this.desired = options.desired;
    this.lock = options.lock;
    this.#report = options.onItem ?? (() => undefined);
    this.#objects = new Map(objects.map((object) => [nameOf(object.kind, object.key), object]));
  }

  static async open(db: Database, options: WorkOptions): Promise<Work> {
    const place = { tenantId: options.desired.owner, instance: options.client.instance };
    return new Work(options, await listMetabaseObjects(db, place));
  }

  known(kind: MetabaseKind, key: string): MetabaseObject | null {
    return this.#objects.get(nameOf(kind, key)) ?? null;
  }

  all(kind: MetabaseKind): MetabaseObject[] {
    return [...this.#objects.values()].filter((object) => object.kind === kind);
  }

  note(item: PlanItem): void {
    this.items.push(item);
    this.#report(item);
  }

  /** `create` without an id, else what `changes` and the remembered hash say. */
  statusOf(kind: MetabaseKind, key: string, id: number | null, spec: unknown, changes: readonly string[]): PlanStatus {
    if (id === null) return 'create';
    const known = this.known(kind, key);
    if (known === null || known.metabaseId !== id) return 'update';
    if (known.specHash !== specHash(spec)) return 'update';
    return changes.length > 0 ? 'drift' : 'unchanged';
  }

  /** Runs a change under the lock; in a mere look nothing runs, and the result is `otherwise`. */
  async change<T>(make: () => Promise<T>, otherwise: T): Promise<T> {
    if (this.lock === null) return otherwise;
    await this.lock.hold();
    return make();
  }

  /** Remembers an object as ours, made from this specification. */
  async remember(kind: MetabaseKind, key: string, metabaseId: number, spec: unknown): Promise<void> {
    const object = { kind, key, metabaseId, specHash: specHash(spec) };
    if (this.lock === null) return;
    await this.lock.save(object);
    this.#objects.set(nameOf(kind, key), object);
  }

  async forget(kind: MetabaseKind, key: string): Promise<void> {
    if (this.lock === null) return;
    await this.lock.forget(kind, key);
    this.#objects.delete(nameOf(kind, key));
  }
}

export interface WorkOptions {
  readonly client: MetabaseClient;
  readonly desired: Desired;
  readonly lock: MetabaseLock | null;
  readonly onItem?: (item: PlanItem) => void;
}

const nameOf = (kind: MetabaseKind, key: string) => `${kind} ${key}`;
