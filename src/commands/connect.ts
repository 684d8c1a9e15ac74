import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CheckReport } from '#contract';
import { settingFields } from '../outbound/secret-values.ts';
import { listConnections } from '../store/connections.ts';
import { connectSource, settingsHelp } from './connect-source.ts';
import { findTenant, requireSource, type CommandContext } from './context.ts';
import { UsageError, type Terminal } from './terminal.ts';

interface ConnectOptions {
  readonly tenant?: string;
  readonly showSettings: boolean;
  readonly name?: string;
  readonly set: string[];
  readonly settings?: string;
  readonly secrets?: string;
  readonly evenIfCheckFails: boolean;
}

export function connectCommands(program: Command, context: CommandContext): void {
  program
    .command('connect')
    .description('connect a source of a company: odoo, shopify, chatwoot or n8n')
    .argument('<source>', 'odoo, shopify, chatwoot or n8n')
    .option('--tenant <rut|id>', 'the company')
    .option('--show-settings', 'print the settings of the source and what each means', false)
    .option('--name <name>', 'name shown to people')
    .option('--set <name=value>', 'a setting; repeat it', (value: string, all: string[]) => [...all, value], [])
    .option('--settings <file>', 'settings as a JSON file, - for standard input (keeps secrets off the command line)')
    .option('--secrets <reference>', 'where the secrets are: env:PREFIX, file:name.json, vault:secret/tenant/<RUT>/<source>')
    .option('--even-if-check-fails', 'save the connection although the source refuses us', false)
    .addHelpText(
      'after',
      `
Secrets given with --set or --settings are kept in a file only you can read; the database holds a reference.

Settings of each source: kpi connect <source> --show-settings

Examples:
  kpi connect shopify --tenant 76042235-5 --set shop_domain=tienda.myshopify.com --secrets env:TIENDA_SHOPIFY
  kpi connect odoo --tenant 76042235-5 --settings - < odoo.json`,
    )
    .action(async (source: string, options: ConnectOptions) => {
      if (options.showSettings) {
        showSettings(context, source);
        return;
      }
      if (options.tenant === undefined) throw new UsageError('--tenant is missing: which company? List them with: kpi tenant list');
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const connected = await connectSource(app, {
        tenantId: tenant.id,
        source,
        name: options.name ?? null,
        settings: { ...fileSettings(options.settings), ...typedSettings(options.set) },
        secretRef: options.secrets ?? null,
        evenIfCheckFails: options.evenIfCheckFails,
      });
      context.terminal.document({ connection_id: connected.connectionId, ...connected.report });
      printReport(context.terminal, source, connected.report);
      if (connected.connectionId === null) {
        context.terminal.line(context.terminal.say({ es: 'No se guardó nada.', en: 'Nothing was saved.' }));
        process.exitCode = 1;
      } else
        context.terminal.line(
          context.terminal.say({ es: `Conectado: ${connected.connectionId}`, en: `Connected: ${connected.connectionId}` }),
        );
    });

  program
    .command('check')
    .description('ask every connected source who we are and what we may see')
    .option('--tenant <rut|id>', 'only this company')
    .option('--source <source>', 'only this source')
    .action(async (options: { tenant?: string; source?: string }) => {
      if (options.source !== undefined) requireSource(context.connectors, options.source);
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const rows = await listConnections(app.db, {
        ...(tenant === null ? {} : { tenantId: tenant.id }),
        ...(options.source === undefined ? {} : { source: options.source }),
      });
      const reports: unknown[] = [];
      for (const row of rows) {
        const report = await app.checkConnection(row).catch((error: unknown): CheckReport => ({
          account: null,
          version: null,
          findings: [
            {
              level: 'error',
              code: 'check_failed',
              message: error instanceof Error ? error.message : String(error),
              advice: adviceOf(error),
            },
          ],
        }));
        reports.push({ connection_id: row.id, tenant_id: row.tenant_id, source: row.source, ...report });
        printReport(context.terminal, `${row.source} ${row.name}`, report);
        if (report.findings.some((finding) => finding.level === 'error')) process.exitCode = 1;
      }
      context.terminal.document(reports);
      if (rows.length === 0)
        context.terminal.line(
          context.terminal.say({ es: 'No hay conexiones. Agregue una: kpi connect', en: 'There are no connections. Add one: kpi connect' }),
        );
    });
}

function showSettings(context: CommandContext, source: string): void {
  const connector = requireSource(context.connectors, source);
  context.terminal.document(settingFields(connector.settings));
  context.terminal.line(`${connector.title}:`);
  for (const line of settingsHelp(connector)) context.terminal.line(line);
}

function adviceOf(error: unknown): string {
  return error instanceof Error && 'advice' in error ? String(error.advice) : '';
}

function printReport(terminal: Terminal, title: string, report: CheckReport): void {
  const errors = report.findings.filter((finding) => finding.level === 'error').length;
  terminal.line(`${errors === 0 ? '✓' : '✗'} ${title}${report.version === null ? '' : ` ${report.version}`}`);
  for (const finding of report.findings) terminal.line(`  ${finding.level === 'error' ? '✗' : '!'} ${finding.message}. ${finding.advice}`);
}

function typedSettings(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--set "${pair}" has no name; write --set name=value`);
      const text = pair.slice(at + 1);
      return [pair.slice(0, at), /^(\d{1,9}|true|false|\[.*\])$/.test(text) ? (JSON.parse(text) as unknown) : text];
    }),
  );
}

function fileSettings(file: string | undefined): Record<string, unknown> {
  if (file === undefined) return {};
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')));
  } catch {
    throw new UsageError(`--settings ${file} is not a readable JSON object`);
  }
}
