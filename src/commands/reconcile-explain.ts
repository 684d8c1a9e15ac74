import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { decideFinding } from '../reconcile/decide-finding.ts';
import { TO_DO, type FindingDocument } from '../reconcile/finding-state.ts';
import { FINDING_STATE_NAMES } from '../reconcile/finding-state-names.ts';
import { showFinding } from '../reconcile/tracked-findings.ts';
import { recordUrls } from '../store/record-urls.ts';
import { findTenant, type CommandContext } from './context.ts';
import { findingNumber, nextSteps, printFindings } from './reconcile-findings.ts';
import { localTime, UsageError, type Words } from './terminal.ts';
import { thousands } from './thousands.ts';

const KINDS: Readonly<Record<FindingDocument['entity'], Words>> = {
  order: { es: 'pedido', en: 'order' },
  invoice: { es: 'documento', en: 'document' },
  refund: { es: 'devolución', en: 'refund' },
};

/** `kpi reconcile explain`: the records behind a finding with their pages in the shop and in the books; with a note, why it is right. */
export function explainFindingCommand(reconcile: Command, context: CommandContext): void {
  const { terminal } = context;
  reconcile
    .command('explain')
    .description(
      "the documents behind a finding, with their pages in both systems, and its history; with --note, write down why it's right",
    )
    .argument('<finding>', 'number of "kpi reconcile findings"')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--note <text>', 'the explanation; it holds as long as the amount stays')
    .addHelpText(
      'after',
      "\nExample:\n  kpi reconcile explain 17 --tenant 76042235-5\n  kpi reconcile explain 17 --tenant 76042235-5 --note 'freight agreed by phone'",
    )
    .action(async (wanted: string, options: { tenant: string; note?: string }) => {
      const number = findingNumber(wanted);
      const { note } = options;
      if (note?.trim() === '') throw new UsageError('--note is empty; say why the difference is right');
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      if (note !== undefined)
        await decideFinding(app.db, { tenantId: tenant.id, number, state: 'explained', note }, { who: userInfo().username, reason: note });
      const { finding, history, documents } = await showFinding(app.db, tenant.id, number);
      const urlOf = await recordUrls(app, tenant.id);
      const linked = documents.map((document) => ({ ...document, url: urlOf(document) }));
      terminal.document({ finding, history, documents: linked });
      printFindings(terminal, [finding], tenant.currency);
      const seen = (at: string) => localTime(new Date(at), tenant.time_zone);
      terminal.line(
        terminal.say({
          es: `  Visto primero ${seen(finding.firstSeenAt)}, por última vez ${seen(finding.lastSeenAt)}`,
          en: `  First seen ${seen(finding.firstSeenAt)}, last seen ${seen(finding.lastSeenAt)}`,
        }),
      );
      terminal.line();
      terminal.table(
        [
          { title: { es: 'Origen', en: 'Source' }, value: (d) => d.source },
          { title: { es: 'Tipo', en: 'Kind' }, value: (d) => terminal.say(KINDS[d.entity]) },
          { title: { es: 'Nombre', en: 'Name' }, value: (d) => d.name ?? d.sourceId },
          { title: { es: 'Día', en: 'Day' }, value: (d) => d.day },
          { title: { es: 'Monto', en: 'Amount' }, value: (d) => thousands(d.amount), right: true },
          { title: { es: 'Moneda', en: 'Currency' }, value: (d) => d.currency },
          {
            title: { es: 'Estado', en: 'State' },
            value: (d) => (d.deleted ? terminal.say({ es: 'ya no existe', en: 'exists no more' }) : d.state),
          },
          { title: { es: 'Enlace', en: 'Link' }, value: (d) => d.url, optional: true },
        ],
        linked,
      );
      terminal.line();
      terminal.table(
        [
          { title: { es: 'Cuándo', en: 'When' }, value: (e) => localTime(new Date(e.at), tenant.time_zone) },
          { title: { es: 'Estado', en: 'State' }, value: (e) => terminal.say(FINDING_STATE_NAMES[e.state]) },
          { title: { es: 'Diferencia', en: 'Difference' }, value: (e) => thousands(e.amount), right: true },
          { title: { es: 'Quién', en: 'Who' }, value: (e) => e.actor ?? 'kpi' },
          { title: { es: 'Nota', en: 'Note' }, value: (e) => e.note, optional: true },
          { title: { es: 'Por qué', en: 'Why' }, value: (e) => (e.reason === e.note ? null : e.reason), optional: true },
        ],
        history,
      );
      if (TO_DO.includes(finding.state)) terminal.next(nextSteps(tenant.rut, number).slice(1));
    });
}
