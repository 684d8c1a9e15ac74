import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { App } from '../app.ts';
import { decideLink, findDocuments, listLinks, type DocumentRow, type LinkRow } from '../store/links.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError, type Column } from './terminal.ts';

interface PairOptions {
  readonly tenant: string;
  readonly shop: string;
  readonly odoo: string;
  readonly reason: string;
}

/** `kpi link`: which Odoo document belongs to which shop order, where the rules are wrong or do not reach. */
export function linkCommands(program: Command, context: CommandContext): void {
  const { terminal } = context;
  const link = program.command('link').description('which Odoo document belongs to which shop order');
  link
    .command('list')
    .description('links, and what persons decided of them, newest first')
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--shop <order>', 'only of this shop order: its name, id or uuid')
    .option('--odoo <document>', 'only of this Odoo document')
    .option('--decided', 'only where a person decided', false)
    .option('--limit <n>', 'how many', '50')
    .action(async (options: { tenant: string; shop?: string; odoo?: string; decided: boolean; limit: string }) => {
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1) throw new UsageError(`--limit is "${options.limit}"; it is a whole number above 0`);
      if (options.shop !== undefined && options.odoo !== undefined) throw new UsageError('give --shop or --odoo, not both');
      const app = await context.app();
      const { id } = await findTenant(app, options.tenant);
      const document =
        options.shop !== undefined
          ? await one(app, id, 'shopify', options.shop)
          : options.odoo === undefined
            ? null
            : await one(app, id, 'odoo', options.odoo);
      const filter = { decided: options.decided, limit, ...(document === null ? {} : { document: document.id }) };
      const rows = await listLinks(app.db, id, filter);
      terminal.document(rows);
      terminal.table(columns, rows);
    });
  const decide = (name: 'add' | 'remove', description: string, decision: 'link' | 'unlink') =>
    link
      .command(name)
      .description(description)
      .requiredOption('--tenant <rut|id>', 'the company')
      .requiredOption('--shop <order>', 'the shop order: its name, id or uuid')
      .requiredOption('--odoo <document>', 'the Odoo document: its name, id or uuid')
      .requiredOption('--reason <text>', 'why; it is kept')
      .addHelpText(
        'after',
        `\nWins over the rules from here on.\n\nExample:\n  kpi link ${name} --tenant 76042235-5 --shop '#1001' --odoo S00021 --reason 'typed by hand'`,
      )
      .action(async (options: PairOptions) => {
        if (options.reason.trim() === '') throw new UsageError('--reason is empty; say why');
        const app = await context.app();
        const { id } = await findTenant(app, options.tenant);
        const shop = await one(app, id, 'shopify', options.shop);
        const odoo = await one(app, id, 'odoo', options.odoo);
        const pair = { shopOrderId: shop.id, erpOrderId: odoo.id, decision };
        const changed = await decideLink(app.db, id, pair, { who: userInfo().username, reason: options.reason });
        const rows = await listLinks(app.db, id, { document: odoo.id, decided: false, limit: 50 });
        terminal.document({ changed, links: rows });
        if (!changed) terminal.line(terminal.say({ es: 'Ya estaba decidido así.', en: 'That had been decided already.' }));
        terminal.table(columns, rows);
      });
  decide('add', 'say that a shop order and an Odoo document are one sale', 'link');
  decide('remove', 'say that they are not, whatever the rules say', 'unlink');
}

/** @throws UsageError when no document, or more than one, is called so */
async function one(app: App, tenantId: string, source: 'shopify' | 'odoo', wanted: string): Promise<DocumentRow> {
  const found = await findDocuments(app.db, tenantId, source, wanted);
  const [first, second] = found;
  if (first === undefined) throw new UsageError(`no ${source} document is called "${wanted}"`);
  if (second === undefined) return first;
  const ids = found.map((row) => `${row.name} ${row.id}`).join(', ');
  throw new UsageError(`several ${source} documents are called "${wanted}"; give the uuid of one: ${ids}`);
}

const columns: readonly Column<LinkRow>[] = [
  { title: { es: 'Tienda', en: 'Shop' }, value: (r) => r.shop_name },
  { title: { es: 'Odoo', en: 'Odoo' }, value: (r) => r.erp_name },
  { title: { es: 'Unidos por', en: 'Linked by' }, value: (r) => r.rule },
  { title: { es: 'Decisión', en: 'Decision' }, value: (r) => r.decision },
  { title: { es: 'Motivo', en: 'Reason' }, value: (r) => r.reason },
  { title: { es: 'Quién', en: 'Who' }, value: (r) => r.decided_by },
];
