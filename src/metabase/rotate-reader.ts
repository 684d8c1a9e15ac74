import { randomUUID } from 'node:crypto';
import type { Author } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { withDirectSession } from '../store/direct-session.ts';
import { metabaseInstances, MetabaseLock } from '../store/metabase-objects.ts';
import {
  endOldSessions,
  nextReaderPassword,
  readerPassword,
  settleReaderPassword,
  type ReaderPassword,
} from '../store/reader-passwords.ts';
import { desiredOf, type MetabaseDeps } from './deps.ts';
import { settleDatabase } from './steps/database.ts';
import { Work } from './work.ts';

export interface RotationDeps {
  readonly db: Database;
  /** Of an administrator of roles, without a pooler. */
  readonly directUrl: string;
  readonly roleSecret: string;
  /** Null: no Metabase is configured. */
  readonly metabase: MetabaseDeps | null;
}

export interface RotationOptions {
  readonly author: Author;
  /** Also when the Metabase that has the password cannot be told the new one: until an apply it can open no new connection. */
  readonly force?: boolean;
}

export interface Rotation {
  readonly role: string;
  readonly generation: number;
  /** Whether this finished a change that an earlier run had begun. */
  readonly resumed: boolean;
  /** `told`: has the new password. `none`: has no connection of this tenant. `waiting`: still has the former one. */
  readonly metabase: 'told' | 'none' | 'waiting';
  readonly sessionsEnded: number;
}

/** The Metabase that has the password is not the configured one, so it cannot be told another. Nothing was changed. */
export class MetabaseElsewhere extends Error {
  override readonly name = 'MetabaseElsewhere';
  readonly code = 'metabase_elsewhere';
  readonly advice = 'Set METABASE_URL to it; or add --force, and type "kpi metabase apply" with that METABASE_URL afterwards';
}

/**
 * Changes the password with which a tenant's numbers are read: in the database, then in Metabase, then the sessions opened with the former
 * one are ended, in this order, so that Metabase's open connections serve until it has the new one. Metabase is asked before anything is
 * changed; a run that was cut off afterwards is finished by the next, or by `applyMetabase`, without another password.
 * @throws MetabaseElsewhere, MetabaseBusy, and SourceError when Metabase is away
 */
export async function rotateReader(deps: RotationDeps, tenantId: string, { author, force = false }: RotationOptions): Promise<Rotation> {
  const { db, directUrl, roleSecret } = deps;
  const before = await readerPassword(db, tenantId);
  const instances = await metabaseInstances(db, tenantId);
  const elsewhere = instances.filter((instance) => instance !== deps.metabase?.client.instance);
  if (elsewhere.length > 0 && !force)
    throw new MetabaseElsewhere(`this company's connection is in ${elsewhere.join(', ')}, which is not the configured Metabase`);
  const metabase = elsewhere.length < instances.length ? deps.metabase : null;

  const rotate = async (tell: (() => Promise<unknown>) | null): Promise<Rotation> => {
    const now: ReaderPassword = before.unsettled
      ? before
      : await withDirectSession(directUrl, async (admin) => nextReaderPassword(admin, tenantId, { roleSecret, author }));
    let told = elsewhere.length === 0;
    if (tell !== null)
      await tell().catch((error: unknown) => {
        if (!force) throw error;
        told = false;
      });
    const sessionsEnded = await withDirectSession(directUrl, async (admin) => endOldSessions(admin, tenantId));
    if (told) await settleReaderPassword(db, tenantId, now.generation);
    const { role, generation } = now;
    return { role, generation, resumed: before.unsettled, sessionsEnded, metabase: !told ? 'waiting' : tell === null ? 'none' : 'told' };
  };

  if (metabase === null) return rotate(null);
  const { client } = metabase;
  // An apply under way would write the former password after us.
  const lock = await MetabaseLock.take(db, { tenantId, instance: client.instance }, randomUUID());
  try {
    if (!force) await client.databases();
    return await rotate(async () => {
      const work = await Work.open(db, { client, desired: await desiredOf(metabase, { tenantId }), lock });
      await settleDatabase(work);
    });
  } finally {
    await lock.release();
  }
}
