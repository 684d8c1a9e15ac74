import { InvalidArgumentError, type Command } from 'commander';
import type { App } from '../app.ts';
import { deliverAlerts, type Delivered } from '../alerts/deliver.ts';
import { evaluateAlerts } from '../alerts/evaluate.ts';
import { addTest, listDeliveries, listStates, retryDead, type DeliveryRow } from '../alerts/outbox.ts';
import { amountOf } from '../alerts/spanish.ts';
import { listTenants } from '../store/tenants.ts';
import { alertRuleCommands, isKind } from './alert-rules.ts';
import { alertTargetCommands } from './alert-targets.ts';
import { findTenant, type CommandContext } from './context.ts';
import { localTime, UsageError, type Column, type Terminal } from './terminal.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `kpi alerts`: what fires, what was told, and whether it arrived. */
export function alertCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const alerts = program.command('alerts').description('what is over its limit, and the messages about it');
  const some = async (app: App, wanted: string | undefined) => (wanted === undefined ? null : (await findTenant(app, wanted)).id);

  alerts
    .command('list')
    .description('what fires now; with --deliveries or --dead: messages')
    .option('--tenant <rut|id>', 'only this company')
    .option('--deliveries', 'messages, newest first', false)
    .option('--dead', 'messages that wait for a person', false)
    .option('--limit <n>', 'how many messages', wholeNumber, 50)
    .action(async (options: { tenant?: string; deliveries: boolean; dead: boolean; limit: number }) => {
      const app = await context.app();
      const tenantId = await some(app, options.tenant);
      if (options.dead || options.deliveries) {
        const rows = await listDeliveries(app.db, { tenantId, state: options.dead ? 'dead' : null, limit: options.limit });
        terminal.document(rows);
        printDeliveries(terminal, rows);
        return;
      }
      const rows = await listStates(app.db, tenantId);
      terminal.document(rows);
      if (rows.length === 0) terminal.line(terminal.say({ es: 'Nada sobre su límite.', en: 'Nothing is over its limit.' }));
      else
        terminal.table(
          [
            { title: { es: 'Empresa', en: 'Company' }, value: (r) => `${r.rut} ${r.company_name}` },
            { title: { es: 'Regla', en: 'Rule' }, value: (r) => r.kind },
            { title: { es: 'Qué', en: 'What' }, value: (r) => r.title },
            { title: { es: 'Estado', en: 'State' }, value: (r) => terminal.say(STATES[r.state]) },
            { title: { es: 'Valor', en: 'Value' }, value: (r) => (isKind(r.kind) ? amountOf(r.kind, r.value, r.currency) : r.value) },
            { title: { es: 'Desde', en: 'Since' }, value: (r) => localTime(r.since) },
            { title: { es: 'Avisada', en: 'Told' }, value: (r) => localTime(r.notified_at) },
          ],
          rows,
        );
    });

  alerts
    .command('run')
    .description('judge the rules now, due or not, and send what there is to tell')
    .option('--tenant <rut|id>', 'only this company')
    .action(async (options: { tenant?: string }) => {
      const app = await context.app();
      const only = await some(app, options.tenant);
      const results: Record<string, unknown>[] = [];
      for (const tenant of (await listTenants(app.db)).filter((t) => t.status === 'active' && (only === null || t.id === only))) {
        const judged = await evaluateAlerts(app.db, tenant.id, { ...app.alerts.evaluation, force: true });
        const sent = await deliver(app, tenant.id);
        results.push({ tenant_id: tenant.id, rut: tenant.rut, ...judged, delivered: sent });
        if (judged === null) {
          terminal.line(`${tenant.rut}: ${terminal.say({ es: 'otro proceso la está evaluando', en: 'another process is at it' })}`);
          continue;
        }
        const words = { es: 'disparadas {f}, resueltas {r}, avisos enviados {s}', en: 'fired {f}, resolved {r}, messages sent {s}' };
        const line = terminal
          .say(words)
          .replace('{f}', `${judged.fired}`)
          .replace('{r}', `${judged.resolved}`)
          .replace('{s}', `${sent.sent}`);
        terminal.line(`${tenant.rut}: ${line}`);
        for (const [kind, why] of Object.entries(judged.unknown)) terminal.line(`  ? ${kind}: ${why}`);
        for (const [kind, code] of Object.entries(judged.problems)) terminal.line(`  ! ${kind}: ${code}`);
        if (Object.keys(judged.problems).length > 0 || sent.failed > 0) process.exitCode = 1;
      }
      terminal.document(results);
    });

  alerts
    .command('test')
    .description('send a test message to the target of a company and say what came of it')
    .requiredOption('--tenant <rut|id>', 'the company')
    .action(async (options: { tenant: string }) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      if ((await app.alerts.delivery.targetOf(tenant.id)) === null)
        throw new UsageError('no webhook is set: set ALERTS_WEBHOOK_URL and ALERTS_WEBHOOK_SECRET, or kpi alerts target set');
      const id = await addTest(app.db, tenant.id, app.alerts.evaluation.link);
      await deliver(app, tenant.id);
      const row = (await listDeliveries(app.db, { tenantId: tenant.id, state: null, limit: 200 })).find((one) => one.id === id);
      terminal.document(row);
      if (row?.state === 'sent') terminal.line(terminal.say({ es: `Entregada: ${id}`, en: `Delivered: ${id}` }));
      else {
        terminal.line(`${terminal.say({ es: 'No llegó', en: 'Not delivered' })}: ${row?.last_error ?? row?.state ?? ''}`);
        process.exitCode = 1;
      }
    });

  alerts
    .command('retry')
    .description('send dead messages again, with the same idempotency keys')
    .argument('[id...]', 'messages; all dead ones when left out')
    .option('--tenant <rut|id>', 'only those of this company')
    .action(async (ids: string[], options: { tenant?: string }) => {
      const wrong = ids.find((id) => !UUID.test(id));
      if (wrong !== undefined) throw new UsageError(`"${wrong}" is not the id of a message; see: kpi alerts list --dead`);
      const app = await context.app();
      const revived = await retryDead(app.db, { tenantId: await some(app, options.tenant), ids: ids.length === 0 ? null : ids });
      const total = { revived: revived.length, sent: 0, failed: 0, dead: 0 };
      for (const tenantId of new Set(revived.map((one) => one.tenant_id))) {
        const done = await deliver(app, tenantId);
        for (const name of ['sent', 'failed', 'dead'] as const) total[name] += done[name];
      }
      terminal.document(total);
      terminal.line(
        terminal.say({ es: `Reintentadas ${total.revived}, enviadas ${total.sent}`, en: `Retried ${total.revived}, sent ${total.sent}` }),
      );
      if (total.failed > 0) process.exitCode = 1;
    });

  alertRuleCommands(alerts, context);
  alertTargetCommands(alerts, context);
}

const STATES = { pending: { es: 'por confirmar', en: 'pending' }, firing: { es: 'activa', en: 'firing' } } as const;

function deliver(app: App, tenantId: string): Promise<Delivered> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new Error('interrupted'));
  process.once('SIGINT', stop);
  return deliverAlerts(app.alerts.delivery, tenantId, stopping.signal).finally(() => process.off('SIGINT', stop));
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It is a whole number from 1.');
  return Number(text);
}

function printDeliveries(terminal: Terminal, rows: readonly DeliveryRow[]): void {
  if (rows.length === 0) {
    terminal.line(terminal.say({ es: 'Ningún aviso.', en: 'No messages.' }));
    return;
  }
  const states = { waiting: { es: 'en espera', en: 'waiting' }, sent: { es: 'enviado', en: 'sent' }, dead: { es: 'detenido', en: 'dead' } };
  const columns: Column<DeliveryRow>[] = [
    { title: { es: 'Aviso', en: 'Message' }, value: (r) => r.id },
    { title: { es: 'RUT', en: 'RUT' }, value: (r) => r.rut },
    { title: { es: 'Regla', en: 'Rule' }, value: (r) => `${r.kind} ${r.event}` },
    { title: { es: 'Estado', en: 'State' }, value: (r) => terminal.say(states[r.state]) },
    { title: { es: 'Intentos', en: 'Attempts' }, value: (r) => r.attempts, right: true },
    { title: { es: 'Creado', en: 'Created' }, value: (r) => localTime(r.created_at) },
    { title: { es: 'Último error', en: 'Last error' }, value: (r) => (r.state === 'sent' ? null : r.last_error) },
  ];
  terminal.table(columns, rows);
}
