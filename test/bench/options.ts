import { parseArgs } from 'node:util';
import { BUFFER_LIMITS } from '../../src/sync/page-buffer.ts';

/** The command line was wrong; the message says what is right. */
export class UsageError extends Error {}

export interface SyncBenchOptions {
  readonly rows: number;
  /** Rows of one writing transaction. */
  readonly batch: number;
  readonly repeat: number;
  readonly json: boolean;
}

export interface KpiBenchOptions {
  readonly tenants: number;
  /** Sales documents of each tenant. */
  readonly orders: number;
  readonly repeat: number;
  readonly json: boolean;
  /** Folder in which the filled warehouse stays for the next run. */
  readonly keep: string | undefined;
}

export interface GatewayBenchOptions {
  /** Sales documents of each of its companies. */
  readonly orders: number;
  readonly repeat: number;
  readonly json: boolean;
}

export interface OperationsBenchOptions {
  readonly tenants: number;
  readonly workers: number;
  /** How long workers idle while they are measured; a tick comes once a minute. */
  readonly seconds: number;
  /** Companies of which backfills are planned, each with four simulated sources. */
  readonly companies: number;
  /** Orders of the company whose shop is read by one long backfill. */
  readonly orders: number;
  readonly repeat: number;
  readonly json: boolean;
}

export interface BackfillBenchOptions {
  /** Orders of the shop that is read. */
  readonly orders: number;
  readonly json: boolean;
}

export interface ReconcileBenchOptions {
  /** Orders of the shop, and nearly as many mirrors. */
  readonly orders: number;
  readonly repeat: number;
  readonly json: boolean;
  /** Folder in which the filled warehouse stays for the next run. */
  readonly keep: string | undefined;
}

const USAGE =
  'Usage: npm run -s bench -- sync [--rows N] [--batch N] [--repeat N] [--json], or: npm run -s bench -- backfill [--orders N] [--json], or: npm run -s bench -- kpi [--tenants N] [--orders N] [--repeat N] [--keep FOLDER] [--json], or: npm run -s bench -- gateway [--orders N] [--repeat N] [--json], or: npm run -s bench -- operations [--tenants N] [--workers N] [--seconds N] [--companies N] [--orders N] [--repeat N] [--json], or: npm run -s bench -- reconcile [--orders N] [--repeat N] [--keep FOLDER] [--json]';

/** @throws UsageError */
export function syncOptions(args: readonly string[]): SyncBenchOptions {
  const values = parse(args);
  return {
    // A page is 250 records and a tenth of them change: less than some pages would measure the start of a run.
    rows: whole('rows', values.rows ?? '20000', 1000, 500_000),
    batch: whole('batch', values.batch ?? String(BUFFER_LIMITS.rows), 250, 10_000),
    repeat: whole('repeat', values.repeat ?? '5', 1, 100),
    json: values.json ?? false,
  };
}

/** @throws UsageError */
export function kpiOptions(args: readonly string[]): KpiBenchOptions {
  const values = parse(args);
  return {
    tenants: whole('tenants', values.tenants ?? '100', 1, 10_000),
    orders: whole('orders', values.orders ?? '40000', 100, 1_000_000),
    repeat: whole('repeat', values.repeat ?? '7', 1, 100),
    json: values.json ?? false,
    keep: values.keep,
  };
}

/** @throws UsageError */
export function gatewayOptions(args: readonly string[]): GatewayBenchOptions {
  const values = parse(args);
  return {
    orders: whole('orders', values.orders ?? '5000', 2000, 1_000_000),
    repeat: whole('repeat', values.repeat ?? '200', 5, 10_000),
    json: values.json ?? false,
  };
}

/** @throws UsageError */
export function operationsOptions(args: readonly string[]): OperationsBenchOptions {
  const values = parse(args);
  return {
    tenants: whole('tenants', values.tenants ?? '1000', 1, 100_000),
    workers: whole('workers', values.workers ?? '2', 1, 20),
    seconds: whole('seconds', values.seconds ?? '120', 1, 3600),
    companies: whole('companies', values.companies ?? '100', 1, 1000),
    orders: whole('orders', values.orders ?? '10000', 1000, 1_000_000),
    repeat: whole('repeat', values.repeat ?? '7', 1, 100),
    json: values.json ?? false,
  };
}

/** @throws UsageError */
export function backfillOptions(args: readonly string[]): BackfillBenchOptions {
  const values = parse(args);
  return { orders: whole('orders', values.orders ?? '50000', 1000, 1_000_000), json: values.json ?? false };
}

/** @throws UsageError */
export function reconcileOptions(args: readonly string[]): ReconcileBenchOptions {
  const values = parse(args);
  return {
    orders: whole('orders', values.orders ?? '100000', 10_000, 1_000_000),
    repeat: whole('repeat', values.repeat ?? '3', 1, 100),
    json: values.json ?? false,
    keep: values.keep,
  };
}

function parse(args: readonly string[]) {
  try {
    const string = { type: 'string' } as const;
    const options = {
      rows: string,
      batch: string,
      tenants: string,
      orders: string,
      workers: string,
      seconds: string,
      companies: string,
      repeat: string,
      keep: string,
      json: { type: 'boolean' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}. ${USAGE}`);
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} takes a whole number from ${least} to ${most}, not "${text}". ${USAGE}`);
}
