import type { Command } from 'commander';
import { listQuarantine } from '../store/quarantine-list.ts';
import { wakeStreams } from '../store/streams.ts';
import { findTenant, type CommandContext } from './context.ts';
import { localTime, UsageError } from './terminal.ts';

export function quarantineCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const quarantine = program
    .command('quarantine')
    .description('records that were refused: nothing bad stops a stream, nothing bad is lost');
  quarantine
    .command('list')
    .description('open refusals, newest first')
    .option('--tenant <rut|id>', 'only this company')
    .option('--limit <n>', 'how many', '50')
    .action(async (options: { tenant?: string; limit: string }) => {
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1) throw new UsageError(`--limit is "${options.limit}"; it is a whole number above 0`);
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const rows = await listQuarantine(app.db, tenant?.id ?? null, limit);
      terminal.document(rows);
      terminal.table(
        [
          { title: { es: 'N°', en: 'No.' }, value: (r) => r.id, right: true },
          { title: { es: 'Flujo', en: 'Stream' }, value: (r) => `${r.source} ${r.stream}` },
          { title: { es: 'Registro', en: 'Record' }, value: (r) => `${r.entity} ${r.source_id ?? '?'}` },
          { title: { es: 'Motivo', en: 'Reason' }, value: (r) => r.reason },
          { title: { es: 'Veces', en: 'Times' }, value: (r) => r.times, right: true },
          { title: { es: 'Visto', en: 'Seen' }, value: (r) => localTime(r.last_seen_at) },
        ],
        rows,
      );
    });
  quarantine
    .command('accept')
    .description('let a held stream go on although many of its records were refused; they stay in quarantine')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--source <source>', 'the source')
    .requiredOption('--stream <stream>', 'the stream')
    .action(async (options: { tenant: string; source: string; stream: string }) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const woken = await wakeStreams(app.db, { tenantId: tenant.id, source: options.source, stream: options.stream, accept: true });
      if (woken.length === 0)
        throw new UsageError(`${tenant.company_name} has no stream ${options.source} ${options.stream}; see: kpi status`);
      terminal.document({ accepted: woken });
      terminal.line(terminal.say({ es: 'Seguirá en la próxima lectura.', en: 'It goes on with the next read.' }));
    });
}
