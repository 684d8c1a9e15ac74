import type { Timed } from './read-path.ts';

export interface Result {
  readonly tenants: number;
  readonly orders_per_tenant: number;
  readonly tenant_dashboard_ms_max: number;
  readonly executive_ms: number;
  readonly upkeep_share: number;
  readonly upkeep_share_by_family: Readonly<Record<string, number>>;
  readonly upkeep_share_known_customers: number;
  readonly rebuild_seconds: number;
  readonly first_rebuild_seconds: number;
  readonly filling_rebuild_seconds: number;
  readonly dashboards: Readonly<Record<string, Timed>>;
  readonly executive: Readonly<Record<string, Timed>>;
}

/** The figures for a person, each beside its goal, then every card. */
export function resultTable(result: Result): string {
  const families = Object.entries(result.upkeep_share_by_family).map(([family, share]) => `${family} ${percent(share)}`);
  const lines = [
    `${result.tenants} tenants of ${result.orders_per_tenant} orders; medians, milliseconds`,
    `worst dashboard of a tenant ${result.tenant_dashboard_ms_max} (goal 50), executive ${result.executive_ms} (goal 100)`,
    `roll-ups add ${percent(result.upkeep_share)} to a write of 10,000 rows (goal 15 %): ${families.join(', ')}; sales to known customers ${percent(result.upkeep_share_known_customers)}`,
    `rebuild ${result.rebuild_seconds} s (goal 2; the first of a company not read yet ${result.first_rebuild_seconds} s), one that has to fill everything ${result.filling_rebuild_seconds} s`,
    '',
  ];
  for (const [name, { all, queries, cpu }] of Object.entries({ ...result.dashboards, ...result.executive })) {
    const processor = cpu === null ? '' : `, processor ${cpu.median}`;
    lines.push(`${name.padEnd(14)} ${all.median} (${all.min}–${all.max})${processor}`);
    for (const [query, ms] of Object.entries(queries)) lines.push(`  ${query.padEnd(20)} ${ms}`);
  }
  return lines.join('\n');
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
