import { evaluateAlerts, type Evaluation } from '../../src/alerts/evaluate.ts';
import { deliverAlerts, type Delivered, type DeliveryDeps } from '../../src/alerts/deliver.ts';
import { ALERT_KINDS, type AlertKind } from '../../src/alerts/alert-kinds.ts';
import { builtIn, saveRule, type NewRule } from '../../src/alerts/rules.ts';
import type { AlertTarget } from '../../src/alerts/targets.ts';
import { unlimitedBudget } from '../../src/outbound/budget.ts';
import { createHttp } from '../../src/outbound/http.ts';
import { Database } from '../../src/store/database.ts';
import { KpiFixture } from './kpi-fixture.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** A tenant with rows put in by hand, judged by the real rules. Each test begins with all kinds off but those it is about. */
export class AlertsRig {
  readonly fixture: KpiFixture;
  readonly db: Database;

  private constructor(fixture: KpiFixture) {
    this.fixture = fixture;
    this.db = new Database({ url: fixture.url('kpi_writer') });
  }

  static async open(): Promise<AlertsRig> {
    return new AlertsRig(await KpiFixture.open());
  }

  async close(): Promise<void> {
    await this.db.close();
    await this.fixture.close();
  }

  get tenantId(): string {
    return this.fixture.tenantId;
  }

  /** A new tenant, open every day, of which only this kind is judged. */
  async tenantFor(kind: AlertKind, changes: Partial<NewRule> = {}): Promise<void> {
    await this.fixture.newTenant();
    await this.fixture.seeder.client.query(`update public.tenants set closed_weekdays = '{}', closed_on_holidays = false where id = $1`, [
      this.tenantId,
    ]);
    for (const other of ALERT_KINDS) await saveRule(this.db, { ...builtIn(other), tenantId: this.tenantId, enabled: other === kind });
    await this.rule(kind, { cooldownMinutes: 0, ...changes });
  }

  async rule(kind: AlertKind, changes: Partial<NewRule>): Promise<void> {
    await saveRule(this.db, { ...builtIn(kind), tenantId: this.tenantId, ...changes });
  }

  async judge(at?: string, db: Database = this.db): Promise<Evaluation> {
    const options = { intervalSeconds: 300, link: 'https://portal.example/{rut}/{dashboard}', force: true };
    const judged = await evaluateAlerts(db, this.tenantId, at === undefined ? options : { ...options, at: new Date(at) });
    if (judged === null) throw new Error('nobody judged');
    return judged;
  }

  /** Messages of the tenant, in the order in which they were written. */
  async messages(): Promise<Record<string, unknown>[]> {
    const { rows } = await this.db.query<{ body: string }>('select body from ops.alert_deliveries where tenant_id = $1 order by number', [
      this.tenantId,
    ]);
    return rows.map((row) => JSON.parse(row.body) as Record<string, unknown>);
  }

  /** What was told so far: `state: sentence`. */
  async told(): Promise<string[]> {
    return (await this.messages()).map((message) => `${String(message['state'])}: ${String(message['text'])}`);
  }

  deliveryDeps(target: AlertTarget | null, changes: Partial<DeliveryDeps> = {}): DeliveryDeps {
    return {
      db: this.db,
      log: quiet,
      now: () => new Date(),
      random: () => 0.5,
      targetOf: () => Promise.resolve(target),
      httpTo: ({ url, secret }, signal) =>
        createHttp({
          account: 'alerts',
          host: new URL(url).origin,
          lane: 'live',
          budget: unlimitedBudget,
          log: quiet,
          signal,
          secrets: [secret],
          policy: { timeoutMs: 500, maxWaitMs: 0 },
        }),
      ...changes,
    };
  }

  deliver(deps: DeliveryDeps, signal: AbortSignal = new AbortController().signal): Promise<Delivered> {
    return deliverAlerts(deps, this.tenantId, signal);
  }

  /** Time passes for what waits in the outbox. */
  async passTime(): Promise<void> {
    await this.db.query(
      `update ops.alert_deliveries set next_try_at = clock_timestamp(), claimed_until = '-infinity' where tenant_id = $1 and state = 'waiting'`,
      [this.tenantId],
    );
  }
}
