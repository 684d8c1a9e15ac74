import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { closePrivacyRequest, listPrivacyRequests, type PrivacyRequestRow } from '../store/privacy-requests.ts';
import { findTenant, type CommandContext } from './context.ts';
import { localTime, UsageError, type Column } from './terminal.ts';

/** `kpi privacy`: what sources pass on about personal data, and that it was answered. */
export function privacyCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const privacy = program.command('privacy').description('requests about personal data that a source passed on, to be answered in 30 days');
  privacy
    .command('list')
    .description('those that are open, the most urgent first')
    .option('--tenant <rut|id>', 'only this company')
    .option('--all', 'also those that were answered', false)
    .addHelpText('after', '\nExit codes: 0 none is open, 3 some are.\n\nExample:\n  kpi privacy list --tenant 76042235-5')
    .action(async (options: { tenant?: string; all: boolean }) => {
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const rows = await listPrivacyRequests(app.db, tenant?.id ?? null, options.all);
      terminal.document({ requests: rows });
      terminal.table(COLUMNS, rows);
      for (const { id, problem } of rows) if (problem !== null) terminal.line(`\n  ${id}: ${problem}`);
      if (rows.some(({ state }) => state === 'open')) process.exitCode = 3;
    });
  privacy
    .command('close')
    .description('say that one was answered, and how')
    .argument('<id>', 'the request, as the list shows it')
    .requiredOption('--tenant <rut|id>', 'the company')
    .requiredOption('--reason <text>', 'what was done, without names; for the audit')
    .addHelpText('after', "\nExample:\n  kpi privacy close 9f2c4a --tenant 76042235-5 --reason 'sent to the shop on 3 Dec'")
    .action(async (id: string, options: { tenant: string; reason: string }) => {
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const author = { who: userInfo().username, reason: options.reason };
      if (!(await closePrivacyRequest(app.db, tenant.id, id, author)))
        throw new UsageError(`${tenant.company_name} has no open request ${id}; see: kpi privacy list --tenant ${tenant.rut}`);
      terminal.document({ tenant_id: tenant.id, id, state: 'done' });
      terminal.line(terminal.say({ es: `${id}: respondida`, en: `${id}: answered` }));
    });
}

const COLUMNS: readonly Column<PrivacyRequestRow>[] = [
  { title: { es: 'RUT', en: 'RUT' }, value: (r) => r.rut },
  { title: { es: 'Origen', en: 'Source' }, value: (r) => r.source },
  { title: { es: 'Qué', en: 'What' }, value: (r) => r.topic },
  { title: { es: 'Solicitud', en: 'Request' }, value: (r) => r.id },
  { title: { es: 'Recibida', en: 'Received' }, value: (r) => localTime(r.received_at) },
  { title: { es: 'Días', en: 'Days' }, value: (r) => r.days_left, right: true },
  { title: { es: 'Estado', en: 'State' }, value: (r) => r.state },
  { title: { es: 'Trabajo', en: 'Job' }, value: (r) => (r.job_id === null ? null : `${r.job_state ?? ''} ${r.job_id}`) },
];
