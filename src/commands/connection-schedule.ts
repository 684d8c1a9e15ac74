import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { changeSchedule, showSchedule, type StreamSchedule } from '../store/schedule.ts';
import { findTenant, onlyConnection, requireSource, type CommandContext } from './context.ts';
import { localTime, UsageError, type Column } from './terminal.ts';

interface ScheduleOptions {
  readonly tenant: string;
  readonly source?: string;
  readonly id?: string;
  readonly stream?: string;
  readonly every?: string;
  readonly quiet?: string;
  readonly reason: string;
}

/** `kpi connection schedule`: shows, or changes, when streams are read. */
export function connectionSchedule(connection: Command, context: CommandContext): void {
  const { terminal } = context;
  connection
    .command('schedule')
    .description('when its streams are read; with --every or --quiet that is changed')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--source <source>', 'only this source; needed for a change')
    .option('--id <id>', 'which, where it has several of that source')
    .option('--stream <stream>', 'only this stream')
    .option('--every <time>', 'longest pause between two readings, from 1m to 7d, or default; a busy stream is read sooner, down to 1m')
    .option('--quiet <from-until>', "hours of the company's clock in which the source is left alone, or none")
    .option('--reason <text>', 'why, for the audit', 'not stated')
    .addHelpText(
      'after',
      `
Examples:
  kpi connection schedule --tenant 76042235-5
  kpi connection schedule --tenant 76042235-5 --source n8n --stream executions --every 2m
  kpi connection schedule --tenant 76042235-5 --source odoo --quiet 02:00-04:30 --reason 'nightly backup'`,
    )
    .action(async (options: ScheduleOptions) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const intervalSeconds = options.every === undefined ? undefined : interval(options.every);
      const quiet = options.quiet === undefined ? undefined : quietHours(options.quiet);
      let connectionId: string | null = null;
      if (options.source !== undefined) {
        const connector = requireSource(context.connectors, options.source);
        const { stream } = options;
        if (stream !== undefined && !connector.streams.some(({ name }) => name === stream))
          throw new UsageError(
            `${connector.id} has no stream "${stream}"; it has: ${connector.streams.map(({ name }) => name).join(', ')}`,
          );
        connectionId = (await onlyConnection(app, tenant.id, options.source, options.id)).id;
        const defaults = new Map(connector.streams.map(({ name, intervalSeconds: usual }) => [name, usual]));
        const change = {
          tenantId: tenant.id,
          connectionId,
          defaults,
          ...(stream === undefined ? {} : { stream }),
          ...(intervalSeconds === undefined ? {} : { intervalSeconds }),
          ...(quiet === undefined ? {} : { quiet }),
        };
        if (intervalSeconds !== undefined || quiet !== undefined)
          await changeSchedule(app.db, change, { who: userInfo().username, reason: options.reason });
      } else if (intervalSeconds !== undefined || quiet !== undefined) {
        throw new UsageError('name the source that is to be read otherwise: --source');
      }
      const rows = (await showSchedule(app.db, tenant.id, connectionId)).filter(
        ({ stream }) => options.stream === undefined || stream === options.stream,
      );
      terminal.document(rows);
      terminal.table(columnsIn(tenant.time_zone), rows);
    });
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `10m` as seconds; `default` as null. */
function interval(text: string): number | null {
  if (text === 'default') return null;
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (seconds >= 60 && seconds <= 604_800) return seconds;
  throw new UsageError(`--every is "${text}"; it is a time from 1m to 7d, like 90s, 10m, 2h, or default`);
}

/** `22:00-06:30` as local times; `none` as null. */
function quietHours(text: string): { from: string; until: string } | null {
  if (text === 'none') return null;
  const time = '((?:[01]\\d|2[0-3]):[0-5]\\d)';
  const [, from, until] = new RegExp(`^${time}-${time}$`).exec(text) ?? [];
  if (from !== undefined && until !== undefined && from !== until) return { from, until };
  throw new UsageError(`--quiet is "${text}"; it is two different local times, like 22:00-06:30, or none`);
}

const every = (seconds: number) =>
  seconds % 86_400 === 0
    ? `${seconds / 86_400} d`
    : seconds % 3600 === 0
      ? `${seconds / 3600} h`
      : seconds % 60 === 0
        ? `${seconds / 60} min`
        : `${seconds} s`;

const columnsIn = (timeZone: string): readonly Column<StreamSchedule>[] => [
  { title: { es: 'Origen', en: 'Source' }, value: (r) => `${r.source} ${r.name}` },
  { title: { es: 'Flujo', en: 'Stream' }, value: (r) => r.stream },
  { title: { es: 'Cada', en: 'Every' }, value: (r) => `${every(r.interval_seconds)}${r.set_by_person ? ' *' : ''}`, right: true },
  { title: { es: 'Descanso', en: 'Quiet' }, value: (r) => (r.quiet_from === null ? null : `${r.quiet_from}-${r.quiet_until}`) },
  { title: { es: 'Próxima', en: 'Next' }, value: (r) => localTime(later(r.next_run_at, r.quiet_now_until), timeZone) },
];

const later = (due: Date, quietEnds: Date | null) => (quietEnds !== null && quietEnds > due ? quietEnds : due);
