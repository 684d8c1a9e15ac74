import { userInfo } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { deliverAlerts } from '../alerts/deliver.ts';
import { DASHBOARDS } from '../dashboards/index.ts';
import { makeReportNow } from '../jobs/make-reports.ts';
import { addSchedule, listSchedules, removeSchedule, type Cadence, type ListedSchedule } from '../store/report-schedules.ts';
import { findTenant, type CommandContext } from './context.ts';
import { localTime, UsageError, type Terminal, type Words } from './terminal.ts';

interface AddOptions {
  readonly tenant?: string;
  readonly every: Cadence;
  readonly at: string;
  readonly on?: string;
  readonly route: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CADENCES: readonly Cadence[] = ['daily', 'weekly', 'monthly'];
const WEEKDAYS: readonly Words[] = [
  { es: 'lunes', en: 'monday' },
  { es: 'martes', en: 'tuesday' },
  { es: 'miércoles', en: 'wednesday' },
  { es: 'jueves', en: 'thursday' },
  { es: 'viernes', en: 'friday' },
  { es: 'sábado', en: 'saturday' },
  { es: 'domingo', en: 'sunday' },
];
const OF_TENANTS = DASHBOARDS.filter(({ audience }) => audience === 'tenant').map(({ key }) => key);

/**
 * `kpi report schedule`: dashboards that are mailed by the calendar. `--tenant` is an option of `kpi report` as well, which takes it before
 * its sub-commands see it: hence `optsWithGlobals`.
 */
export function reportScheduleCommands(report: Command, context: CommandContext): void {
  const { terminal } = context;
  const schedule = report.command('schedule').description('reports by the calendar of a company, sent to n8n, which mails them');
  const found = async (id: string) => {
    if (!UUID.test(id)) throw new UsageError(`"${id}" is not the id of a schedule; see: kpi report schedule list`);
    const app = await context.app();
    const one = (await listSchedules(app.db, null)).find((listed) => listed.id === id);
    if (one === undefined) throw new UsageError(`there is no schedule ${id}; see: kpi report schedule list`);
    return { app, one };
  };

  schedule
    .command('add')
    .description('mail a dashboard every day, week or month, about the closed days before')
    .argument('<dashboard>', OF_TENANTS.join(', '))
    .option('--tenant <rut|id>', 'the company')
    .requiredOption('--every <cadence>', `${CADENCES.join(', ')}: about yesterday, the last seven days, the last calendar month`, cadence)
    .requiredOption('--route <name>', 'who gets it: a name under which n8n keeps the addresses, e.g. gerencia')
    .option('--at <hh:mm>', "time of day in the company's zone", '07:00')
    .option('--on <day>', 'weekly: monday to sunday (or 1 to 7); monthly: 1 to 31, in a shorter month its last day; default the first')
    .addHelpText(
      'after',
      '\nExamples:\n  kpi report schedule add ventas --tenant 76042235-5 --every weekly --on monday --at 08:00 --route gerencia\n  kpi report schedule add soporte --tenant 76042235-5 --every monthly --route atencion',
    )
    .action(async (dashboard: string, _: unknown, command: Command) => {
      const options: AddOptions = command.optsWithGlobals();
      if (options.tenant === undefined) throw new UsageError('say which company: --tenant <rut>');
      if (!OF_TENANTS.some((key) => key === dashboard))
        throw new UsageError(`there is no dashboard "${dashboard}" of a company; there are: ${OF_TENANTS.join(', ')}`);
      if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(options.at)) throw new UsageError(`--at is "${options.at}"; write a time like 07:00`);
      if (!/^[a-z0-9][a-z0-9_-]{0,39}$/.test(options.route))
        throw new UsageError(`--route is "${options.route}"; it is a name of lower-case letters, digits, - and _; addresses stay in n8n`);
      const day = dayOf(options);
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const id = await addSchedule(app.db, {
        tenantId: tenant.id,
        dashboard,
        cadence: options.every,
        weekday: options.every === 'weekly' ? day : null,
        monthDay: options.every === 'monthly' ? day : null,
        localTime: options.at,
        route: options.route,
        createdBy: userInfo().username,
      });
      const listed = (await listSchedules(app.db, tenant.id)).filter((one) => one.id === id);
      terminal.document(listed[0]);
      print(terminal, listed);
      const target = await app.alerts.delivery.targetOf(tenant.id).catch(() => null);
      if ((target?.reportsUrl ?? null) === null)
        terminal.line(
          terminal.say({ es: 'Falta a dónde enviarlo: REPORTS_WEBHOOK_URL', en: 'Where it goes is missing: REPORTS_WEBHOOK_URL' }),
        );
    });

  schedule
    .command('list')
    .description('schedules, with the next report of each and what went wrong')
    .option('--tenant <rut|id>', 'only this company')
    .action(async (_: unknown, command: Command) => {
      const options: { tenant?: string } = command.optsWithGlobals();
      const app = await context.app();
      const rows = await listSchedules(app.db, options.tenant === undefined ? null : (await findTenant(app, options.tenant)).id);
      terminal.document(rows);
      if (rows.length === 0) terminal.line(terminal.say({ es: 'Ninguno.', en: 'None.' }));
      else print(terminal, rows);
    });

  schedule
    .command('remove')
    .description('make no more of them; what is in the outbox already leaves')
    .argument('<id>', 'see: kpi report schedule list')
    .action(async (id: string) => {
      const { app, one } = await found(id);
      await removeSchedule(app.db, id);
      terminal.document({ id, removed: true });
      terminal.line(terminal.say({ es: `Quitado: ${one.dashboard} → ${one.route}`, en: `Removed: ${one.dashboard} → ${one.route}` }));
    });

  schedule
    .command('run')
    .description('make and send one now, due or not; its calendar stays as it is')
    .argument('<id>', 'see: kpi report schedule list')
    .action(async (id: string) => {
      const { app, one } = await found(id);
      const today = localTime(new Date(), one.timeZone).slice(0, 10);
      const deliveryId = await makeReportNow(app, one, today);
      const done = await deliverAlerts(app.alerts.delivery, one.tenantId, new AbortController().signal);
      terminal.document({ id, delivery_id: deliveryId, delivered: done });
      if (done.sent > 0 && done.failed === 0) {
        terminal.line(terminal.say({ es: `Enviado: ${deliveryId}`, en: `Sent: ${deliveryId}` }));
        return;
      }
      terminal.line(
        terminal.say({
          es: 'Está en la bandeja de salida y no ha salido: kpi alerts list --deliveries',
          en: 'It is in the outbox and has not left: kpi alerts list --deliveries',
        }),
      );
      process.exitCode = 1;
    });
}

function cadence(text: string): Cadence {
  const known = CADENCES.find((one) => one === text);
  if (known === undefined) throw new InvalidArgumentError(`It is one of ${CADENCES.join(', ')}.`);
  return known;
}

/** @throws UsageError for a day that the cadence does not have */
function dayOf({ every, on }: AddOptions): number {
  if (every === 'daily' && on !== undefined) throw new UsageError('--on is for weekly and monthly reports; leave it out');
  if (on === undefined) return 1;
  const named = WEEKDAYS.findIndex(({ es, en }) => [es, en].includes(on.toLowerCase())) + 1;
  const day = every === 'weekly' && named > 0 ? named : /^\d{1,2}$/.test(on) ? Number(on) : 0;
  if (day < 1 || day > (every === 'weekly' ? 7 : 31))
    throw new UsageError(`--on is "${on}"; it is ${every === 'weekly' ? 'monday to sunday, or 1 to 7' : 'a day of the month, 1 to 31'}`);
  return day;
}

function print(terminal: Terminal, rows: readonly ListedSchedule[]): void {
  terminal.table(
    [
      { title: { es: 'Id', en: 'Id' }, value: (r) => r.id },
      { title: { es: 'Empresa', en: 'Company' }, value: (r) => `${r.rut} ${r.companyName}` },
      { title: { es: 'Tablero', en: 'Dashboard' }, value: (r) => r.dashboard },
      { title: { es: 'Cada', en: 'Every' }, value: (r) => terminal.say(rhythmOf(r)) },
      { title: { es: 'Ruta', en: 'Route' }, value: (r) => r.route },
      { title: { es: 'Próximo', en: 'Next' }, value: (r) => localTime(r.nextAt, r.timeZone) },
      { title: { es: 'Último', en: 'Last' }, value: (r) => r.sentOn },
      { title: { es: 'Problema', en: 'Problem' }, value: (r) => (r.problem === null ? null : `${r.waitsFor ?? ''}: ${r.problem}`) },
    ],
    rows,
  );
}

function rhythmOf({ cadence: kind, weekday, monthDay, localTime: at }: ListedSchedule): Words {
  if (kind === 'daily') return { es: `día, ${at}`, en: `day, ${at}` };
  const named = WEEKDAYS[(weekday ?? 1) - 1]!;
  return kind === 'weekly'
    ? { es: `${named.es}, ${at}`, en: `${named.en}, ${at}` }
    : { es: `mes, día ${monthDay}, ${at}`, en: `month, day ${monthDay}, ${at}` };
}
