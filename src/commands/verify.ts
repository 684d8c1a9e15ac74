import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { verifyConnectionStream } from '../jobs/verify-connection-stream.ts';
import { listConnections } from '../store/connections.ts';
import { totalledRows } from '../sync/their-totals.ts';
import { findTenant, requireSource, type CommandContext } from './context.ts';
import { printVerifications, type StreamReport } from './print-verifications.ts';
import { UsageError } from './terminal.ts';

interface VerifyOptions {
  readonly tenant: string;
  readonly source?: string;
  readonly stream?: string;
  readonly from?: string;
  readonly until?: string;
  readonly heal: boolean;
}

/** `kpi verify`: whether the warehouse holds what the sources say there is. */
export function verifyCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('verify')
    .description("compare counts and sums, day by day, with the sources' own, and name the days that differ")
    .requiredOption('--tenant <rut|id>', 'the company')
    .option('--source <source>', 'only this source')
    .option('--stream <stream>', 'only this stream')
    .option('--from <day>', 'first local day, included; 45 days back when left out')
    .option('--until <day>', 'first local day that is not included; today when left out')
    .option('--heal', 'read differing days again, and compare once more', false)
    .addHelpText(
      'after',
      `
Workers do it each night, with --heal. Days that are not over, or younger than what may still arrive, are left out.
Exit code 3: days differ.

Example:
  kpi verify --tenant 76042235-5 --source shopify --stream orders --from 2026-10-01 --heal`,
    )
    .action(async (options: VerifyOptions) => {
      const { source } = options;
      if (source !== undefined) requireSource(context.connectors, source);
      const [firstDay, untilDay] = [dayOf('--from', options.from), dayOf('--until', options.until)];
      if (firstDay !== null && untilDay !== null && firstDay >= untilDay)
        throw new UsageError(`the range is empty: --from ${firstDay} is not before --until ${untilDay}`);
      const app = await context.app();
      const tenant = await findTenant(app, options.tenant);
      const connections = await listConnections(app.db, { tenantId: tenant.id, ...(source === undefined ? {} : { source }) });
      const places = connections.flatMap((connection) => {
        const streams = context.connectors.find(({ id }) => id === connection.source)?.streams ?? [];
        return streams
          .filter((stream) => totalledRows(stream) !== null && (options.stream === undefined || stream.name === options.stream))
          .map(({ name }) => ({ connection_id: connection.id, source: connection.source, stream: name }));
      });
      if (places.length === 0)
        throw new UsageError(`${tenant.company_name} has no connected stream of that name that can be compared; see: kpi status`);
      const stopping = new AbortController();
      process.once('SIGINT', () => stopping.abort(new Error('interrupted')));
      const wish = {
        firstDay,
        lastDay: untilDay === null ? null : new Date(Date.parse(`${untilDay}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10),
        heal: options.heal,
        askedBy: userInfo().username,
      };
      const reports: StreamReport[] = [];
      for (const place of places) {
        if (stopping.signal.aborted) break;
        terminal.progress(`${place.source} ${place.stream} …`);
        const at = { tenantId: tenant.id, connectionId: place.connection_id, stream: place.stream };
        reports.push({ ...place, ...(await verifyConnectionStream(app, at, wish, stopping.signal)) });
      }
      terminal.endProgress();
      terminal.document(reports);
      printVerifications(terminal, reports);
      if (reports.some(({ state }) => state === 'failed')) process.exitCode = 1;
      else if (reports.some(({ state }) => state === 'differs')) process.exitCode = 3;
    });
}

function dayOf(option: string, given: string | undefined): string | null {
  if (given === undefined) return null;
  const real = /^\d{4}-\d\d-\d\d$/.test(given) && new Date(`${given}T00:00:00Z`).toISOString().slice(0, 10) === given;
  if (!real) throw new UsageError(`${option} is "${given}"; it is a day like 2026-11-01`);
  return given;
}
