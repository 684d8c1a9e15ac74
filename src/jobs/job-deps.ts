import type { DeliveryDeps } from '../alerts/deliver.ts';
import type { EvaluationOptions } from '../alerts/evaluate.ts';
import type { PrintedReport } from '../reports/print-report.ts';
import type { Period } from '../reports/report-period.ts';
import type { Database } from '../store/database.ts';
import type { NightlyStreams } from '../store/nightly.ts';
import type { SyncDeps, SyncJob } from '../sync/run-sync.ts';

/** What exporting and erasing companies needs beside the warehouse. */
export interface TenantCare {
  readonly queueUrl: string;
  /** Of an administrator of roles, without a pooler. */
  readonly directUrl: string;
  readonly roleSecret: string;
  /** Version of this service. */
  readonly release: string;
  /** Folder below which each export has one of its own; server and workers see the same. */
  readonly exportsFolder: string;
  /** Forgets a secret that this service keeps itself. @returns false when it is kept elsewhere */
  forgetSecret(reference: string): Promise<boolean>;
  /** What takes a company out of Metabase; null: nothing is there, or it is to be left there. @throws MetabaseElsewhere */
  metabaseToLeave(tenantId: string, leave: boolean): Promise<(() => Promise<unknown>) | null>;
}

/** What jobs need of the application, handed to them by the composition root. */
export interface JobDeps {
  readonly db: Database;
  readonly sync: SyncDeps;
  readonly alerts: { readonly evaluation: EvaluationOptions; readonly delivery: DeliveryDeps };
  /** After so many milliseconds a job gives its turn to others. */
  readonly sliceMs: number;
  /** @throws when the dashboard is not there, a card cannot be answered or the printing fails */
  readonly reports: { print(tenantId: string, dashboard: string, period: Period): Promise<PrintedReport> };
  /** Names of a source's streams, in the order they are best read. */
  streamsOf(source: string): readonly string[];
  /** What is swept and compared each night; absent: nothing is. */
  readonly nightlyStreams?: NightlyStreams;
  /** Reads the users; absent where no key for Clerk is configured, and then nothing is asked of it. */
  readonly syncUsers?: (signal: AbortSignal) => Promise<unknown>;
  /** Puts a tenant's dashboards into Metabase and says how many objects it made, changed, left; absent where none is configured. */
  readonly applyDashboards?: (tenantId: string, signal: AbortSignal) => Promise<Readonly<Record<string, number>>>;
  /** Absent where companies are neither exported nor erased. */
  readonly care?: TenantCare;
  /** Everything one lane of one stream needs, its settings with secrets included. */
  jobFor(tenantId: string, connectionId: string, stream: string, lane: string, signal: AbortSignal): Promise<Omit<SyncJob, 'request'>>;
}
