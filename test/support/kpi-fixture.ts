import pg from 'pg';
import { reaggregate } from '../../src/store/reaggregate.ts';
import { ROLLUPS } from '../../src/store/rollups.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { RowSeeder, type Values } from './seed-rows.ts';

/** A database, rows put into it for one tenant at a time, and the KPI views as the analyst sees them. */
export class KpiFixture {
  readonly seeder: RowSeeder;
  readonly analyst: pg.Client;
  tenantId = '';
  readonly #database: TestDatabase;

  private constructor(database: TestDatabase, seeder: RowSeeder, analyst: pg.Client) {
    this.#database = database;
    this.seeder = seeder;
    this.analyst = analyst;
  }

  static async open(): Promise<KpiFixture> {
    const database = await testDatabase();
    const analyst = new pg.Client({ connectionString: database.url('kpi_analyst') });
    await analyst.connect();
    return new KpiFixture(database, await RowSeeder.open(database.adminUrl), analyst);
  }

  async close(): Promise<void> {
    await this.analyst.end();
    await this.seeder.close();
    await this.#database.close();
  }

  url(role: string): string {
    return this.#database.url(role);
  }

  /** What a command needs to reach this database. */
  get environment(): Record<string, string> {
    return { DATABASE_URL: this.#database.adminUrl, KPI_ROLE_SECRET: this.#database.roleSecret, KPI_LOG_LEVEL: 'silent', KPI_LANG: 'en' };
  }

  /** Names and types of the columns of a select over a tenant $1 and a day $2. */
  async described(select: string): Promise<{ fields: string[]; types: string[] }> {
    const { fields } = await this.analyst.query({ text: `select * from (${select}) s limit 0`, values: [this.tenantId, '2025-11-30'] });
    const oids = fields.map((field) => field.dataTypeID);
    const { rows } = await this.analyst.query<{ type: string }>(
      'select format_type(oid, null) as type from unnest($1::oid[]) with ordinality u(oid, n) order by n',
      [oids],
    );
    return { fields: fields.map((field) => field.name), types: rows.map((row) => row.type) };
  }

  /** From here on everything is about a new tenant (CLP, America/Santiago). */
  async newTenant(): Promise<void> {
    this.tenantId = await this.seeder.tenant();
  }

  async put(table: string, values: Values = {}): Promise<string> {
    return this.seeder.insert(table, { tenant_id: this.tenantId, ...values });
  }

  async order(total: number, values: Values = {}): Promise<string> {
    return this.seeder.order(this.tenantId, total, values);
  }

  async refund(orderId: string, total: number, values: Values = {}): Promise<string> {
    const untaxed = Math.round(total / 1.19);
    const source = { amount_total_source: total, amount_untaxed_source: untaxed, amount_tax_source: total - untaxed };
    const own = { amount_total: total, amount_untaxed: untaxed, amount_paid_back: total };
    return this.put('public.refunds', { order_id: orderId, ...source, ...own, ...values });
  }

  /** Fills the roll-ups of sales, products and executions from the facts, by the statements that the store uses. */
  async rollUp(): Promise<void> {
    const { rows } = await this.seeder.client.query<{ day: string }>(
      `select business_day::text as day from public.source_orders where tenant_id = $1
       union select business_day::text from public.refunds where tenant_id = $1`,
      [this.tenantId],
    );
    const query = async <R extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      this.seeder.client.query<R>(text, [...values]);
    const days = new Set(rows.map((row) => row.day));
    for (const rollup of [ROLLUPS.sales, ROLLUPS.productsSold, ROLLUPS.productsReturned])
      await reaggregate(query, this.tenantId, rollup, days);
    const ran = await query<{ day: string }>('select business_day::text as day from public.workflow_executions where tenant_id = $1', [
      this.tenantId,
    ]);
    for (const rollup of [ROLLUPS.executions, ROLLUPS.latency])
      await reaggregate(query, this.tenantId, rollup, new Set(ran.rows.map((row) => row.day)));
  }

  /** Rows of a view for this tenant as arrays; numbers are text without trailing zeros. */
  async view(name: string, columns: string, rest = ''): Promise<unknown[][]> {
    const text = `select ${columns} from ${name} where tenant_id = $1 ${rest}`;
    const { rows } = await this.analyst.query<unknown[]>({ text, values: [this.tenantId], rowMode: 'array' });
    return rows.map((row) => row.map(plain));
  }

  /** An instant by the database's clock and its local day in Santiago, as an order's or refund's columns. */
  async moment(before: string): Promise<{ created_at: string; business_day: string }> {
    const { rows } = await this.analyst.query<{ created_at: string; business_day: string }>(
      `select (now() - $1::interval)::text as created_at, ((now() - $1::interval) at time zone 'America/Santiago')::date::text as business_day`,
      [before],
    );
    return rows[0] ?? { created_at: '', business_day: '' };
  }

  /** Says that the shop's orders are covered from and until so long ago. */
  async cover(from: string, until: string): Promise<void> {
    const [first, last] = [await this.before(from), await this.before(until)];
    await this.put('kpi.freshness', { covered_from: first, covered_until: last });
  }

  /** An instant by the database's clock, by which the views measure. */
  async before(interval: string): Promise<string> {
    const { rows } = await this.analyst.query<{ at: string }>('select (now() - $1::interval)::text as at', [interval]);
    return rows[0]?.at ?? '';
  }
}

/** A decimal without trailing zeros; anything else as it is. */
export function plain(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+\.\d+$/.test(value) ? value.replace(/\.?0+$/, '') : value;
}
