import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { App } from '../app.ts';
import { rotateReader } from '../metabase/rotate-reader.ts';
import { audit } from '../store/audit.ts';
import { withDirectSession } from '../store/direct-session.ts';
import { metabaseInstances } from '../store/metabase-objects.ts';
import { readerPassword } from '../store/reader-passwords.ts';
import { createReader, dropReader } from '../store/reader-role.ts';
import { roleUrl } from '../store/role-urls.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

interface Why {
  readonly reason: string;
  readonly force: boolean;
}

/** `kpi tenant reader`: the database role with which a company's numbers are read. */
export function tenantReaderCommands(tenant: Command, context: CommandContext): void {
  const { terminal } = context;
  const reader = tenant.command('reader').description("the database role with which a company's numbers are read, by Metabase and others");
  const urlOf = (app: App, role: string, generation: number) => roleUrl(app.directUrl, role, app.roleSecret, generation);
  const author = (reason: string) => ({ who: userInfo().username, reason });

  reader
    .command('show')
    .description('the role and the address it reads with; the password is in it')
    .argument('<rut|id>', 'the company')
    .action(async (wanted: string) => {
      const app = await context.app();
      const { role, generation, unsettled } = await readerPassword(app.db, (await findTenant(app, wanted)).id);
      const url = urlOf(app, role, generation);
      terminal.document({ role, generation, unsettled, reader_url: url });
      terminal.line(url);
      if (unsettled)
        terminal.line(
          terminal.say({
            es: 'El cambio de contraseña no ha terminado: kpi tenant reader rotate',
            en: 'The change of its password is not finished: kpi tenant reader rotate',
          }),
        );
    });

  reader
    .command('rotate')
    .description('give it another password: in the database, then in Metabase; then sessions opened with the former one are ended')
    .argument('<rut|id>', 'the company')
    .option('--reason <text>', 'why, for the audit', 'not stated')
    .option('--force', 'also when Metabase cannot be told now: its dashboards stay dark until "kpi metabase apply"', false)
    .addHelpText(
      'after',
      "\nCut off anywhere, it is finished by typing it again.\n\nExample:\n  kpi tenant reader rotate 76042235-5 --reason 'somebody left'",
    )
    .action(async (wanted: string, { reason, force }: Why) => {
      const app = await context.app();
      const { id, rut } = await findTenant(app, wanted);
      const metabase = app.config.metabase === null ? null : await app.metabase();
      const { db, directUrl, roleSecret } = app;
      const done = await rotateReader({ db, directUrl, roleSecret, metabase }, id, { author: author(reason), force });
      const url = urlOf(app, done.role, done.generation);
      terminal.document({ ...done, reader_url: url });
      terminal.line(url);
      terminal.line(
        terminal.say({ es: `Sesiones anteriores terminadas: ${done.sessionsEnded}`, en: `Earlier sessions ended: ${done.sessionsEnded}` }),
      );
      if (done.metabase !== 'waiting') return;
      terminal.line(
        terminal.say({
          es: `Metabase aún tiene la contraseña anterior: kpi metabase apply --tenant ${rut}`,
          en: `Metabase still has the former password: kpi metabase apply --tenant ${rut}`,
        }),
      );
      process.exitCode = 1;
    });

  reader
    .command('create')
    .description('make one for a company whose role was dropped')
    .argument('<rut|id>', 'the company')
    .action(async (wanted: string) => {
      const app = await context.app();
      const { id, reader_role: there } = await findTenant(app, wanted);
      if (there !== null) throw new UsageError(`it has one: ${there}. For another password: kpi tenant reader rotate`);
      const { role } = await withDirectSession(app.directUrl, async (admin) =>
        createReader(admin, { tenantId: id, roleSecret: app.roleSecret }),
      );
      const url = urlOf(app, role, 1);
      terminal.document({ role, reader_url: url });
      terminal.line(url);
    });

  reader
    .command('drop')
    .description('drop the role with its rights and end its sessions: nobody reads the company any more')
    .argument('<rut|id>', 'the company')
    .option('--reason <text>', 'why, for the audit', 'not stated')
    .option('--force', 'also while a Metabase still has a connection with it', false)
    .action(async (wanted: string, { reason, force }: Why) => {
      const app = await context.app();
      const { id, rut, reader_role: role } = await findTenant(app, wanted);
      if (role === null) throw new UsageError('it has none; make one with: kpi tenant reader create');
      const instances = await metabaseInstances(app.db, id);
      if (instances.length > 0 && !force)
        throw new UsageError(
          `${instances.join(', ')} has a connection with it: first "kpi metabase remove --tenant ${rut}", or add --force`,
        );
      await withDirectSession(app.directUrl, async (admin) => dropReader(admin, role));
      await app.db.transaction(id, ({ query }) => audit(query, id, author(reason), 'reader.dropped', { role }));
      terminal.document({ role, dropped: true });
      terminal.line(terminal.say({ es: `Quitado: ${role}`, en: `Dropped: ${role}` }));
    });
}
