import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { sqlFile } from './sql-file.ts';

/** One file of an export: a table, or what of it only finance reads. */
export interface ExportedFile {
  readonly file: string;
  readonly table: string;
  /** `reader`: as the company itself reads it, by its own role. `finance`: what readers do not see. */
  readonly part: 'reader' | 'finance';
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ExportRequest {
  readonly tenantId: string;
  /** URL of the tenant's own role; a direct connection. */
  readonly readerUrl: string;
  /** URL of the writer, a direct connection to the same database: for what finance needs and readers do not see. */
  readonly writerUrl: string;
  /** An empty folder. */
  readonly folder: string;
  readonly onFile?: (file: ExportedFile) => void;
}

interface Readable {
  readonly name: string;
  readonly file: string;
  readonly columns: readonly string[];
}

const READER = sqlFile('export-reader');
const FINANCE = sqlFile('export-finance');

/**
 * Writes every table of a tenant as CSV with a head line, one file each, all as of one instant, row by row: memory does not grow with the
 * company. Who owns a row is not asked of us but of the database, through the tenant's own role.
 */
export async function exportTenant(request: ExportRequest): Promise<{ readonly asOf: string; readonly files: readonly ExportedFile[] }> {
  const { tenantId, readerUrl, writerUrl } = request;
  return withClient(readerUrl, async (reader) =>
    withClient(writerUrl, async (writer) => {
      await reader.query('begin isolation level repeatable read read only');
      // A reader's limit of a minute is for people who wait.
      await reader.query('set local statement_timeout = 0');
      const head = (
        await reader.query<{ snapshot: string; as_of: string }>('select pg_export_snapshot() as snapshot, now()::text as as_of')
      ).rows[0]!;
      await writer.query('begin isolation level repeatable read read only');
      await writer.query(`set transaction snapshot ${pg.escapeLiteral(head.snapshot)}`);
      await writer.query("select set_config('app.tenant_id', $1, true)", [tenantId]);
      const files: ExportedFile[] = [];
      const write = async (client: pg.Client, part: ExportedFile['part'], tables: readonly Readable[], where: string) => {
        for (const table of tables) {
          const file = await writeTable(client, request.folder, part, table, where);
          files.push(file);
          request.onFile?.(file);
        }
      };
      await write(reader, 'reader', (await reader.query<Readable>(READER)).rows, '');
      const owned = ` where tenant_id = ${pg.escapeLiteral(tenantId)}`;
      await write(writer, 'finance', (await writer.query<Readable>(FINANCE)).rows, owned);
      return { asOf: head.as_of, files };
    }),
  );
}

async function writeTable(
  client: pg.Client,
  folder: string,
  part: ExportedFile['part'],
  { name, file, columns }: Readable,
  where: string,
): Promise<ExportedFile> {
  const list = columns.map((column) => pg.escapeIdentifier(column)).join(', ');
  const rows = client.query(copyTo(`copy (select ${list} from ${name}${where}) to stdout with (format csv, header)`));
  const sha256 = createHash('sha256');
  let bytes = 0;
  const measured = new Transform({
    transform(chunk: Buffer, _, done) {
      sha256.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const named = part === 'reader' ? `${file}.csv` : `${file}.finance.csv`;
  await pipeline(rows, measured, createWriteStream(join(folder, named), { mode: 0o600, flags: 'wx' }));
  return { file: named, table: name, part, columns, rows: rows.rowCount, bytes, sha256: sha256.digest('hex') };
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'kpi-export' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
