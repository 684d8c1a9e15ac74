import type { CheckReport } from '#contract';
import type { ConnectionRow } from '../store/connections.ts';
import type { Database } from '../store/database.ts';
import type { serviceRoles } from '../store/role-urls.ts';
import type { Finding, Words } from './finding.ts';

/** Metabase, as far as it is looked at. Nothing is changed there. */
export interface MetabaseLook {
  /** @throws when it does not answer, or not to our key */
  healthy(): Promise<boolean>;
  /** How much an apply would change for one company, or (null) for the executive content. */
  differences(tenantId: string | null): Promise<number>;
}

/** What the checks look at, handed over by the command. */
export interface DoctorDeps {
  /** As the writer, perhaps through a pooler. */
  readonly db: Database;
  readonly urls: {
    readonly direct: string;
    readonly roles: Readonly<Record<(typeof serviceRoles)[number], string>>;
  };
  /** Only this company's connections, streams and records. */
  readonly tenantId: string | null;
  /** Longest wait for one answer, in milliseconds. */
  readonly limitMs: number;
  readonly now: () => Date;
  readonly deadWorkerSeconds: number;
  /** Size of the database that is paid for; null: not known. */
  readonly maxBytes: number | null;
  readonly roleSecret: string;
  /** Looks the secrets of a connection up. @throws SecretError */
  secretsOf(row: ConnectionRow): Promise<unknown>;
  checkConnection(row: ConnectionRow, signal: AbortSignal): Promise<CheckReport>;
  /** Headers of any answer of an origin, asked without a key. */
  headersOf(origin: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Where a company's alerts go. @throws when the reference gives nothing */
  alertTargetOf(tenantId: string): Promise<{ readonly url: string } | null>;
  /** Null: none is configured. */
  readonly metabase: (() => Promise<MetabaseLook>) | null;
}

export interface Check {
  readonly name: string;
  readonly title: Words;
  /** Not tried while the database does not answer. */
  readonly needsDatabase: boolean;
  run(deps: DoctorDeps, signal: AbortSignal): Promise<Finding[]>;
}
