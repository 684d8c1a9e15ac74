import type { z } from 'zod';

/** A setting of a tenant: a column of public.tenants, which the KPI views read with the reader's own rights. */
export interface TenantSetting {
  /** Column of public.tenants. */
  readonly column: string;
  /** SQL that reads it, where the driver would make of the column something else than was typed. */
  readonly read?: string;
  /** Turns what a person types into the column's value. */
  readonly schema: z.ZodType<unknown, string>;
  /** For --help: what it decides, its unit, its default. */
  readonly describe: string;
  /** Tables whose derived columns or rows follow from it (`DERIVATIONS`); they are made anew when it changes. Views need nothing. */
  readonly recompute: readonly string[];
  /** Select over tenant $1 as it would be after the change: `why` it cannot be so, and what to do; no row where it can. */
  readonly unmet?: string;
  /** Other columns of public.tenants that go with it. */
  readonly along?: (value: string) => Readonly<Record<string, unknown>>;
}
