import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** Tables that the writing path fills for an order, each with a twin in the scratch schema. */
const TABLES = { facts: 'public.source_orders', raw: 'raw.records' } as const;

type Copied = keyof typeof TABLES;

/**
 * What the writing path is measured against: the very rows it stored, sent by one COPY in one transaction by the superuser into twins of
 * its tables: logged, with the same columns, constraints and indexes, without row security.
 */
export class PlainCopy {
  readonly #admin: pg.Client;
  readonly #texts: Readonly<Record<Copied, readonly Buffer[]>>;
  readonly #columns: Readonly<Record<Copied, string>>;

  private constructor(admin: pg.Client, texts: Record<Copied, readonly Buffer[]>, columns: Record<Copied, string>) {
    this.#admin = admin;
    this.#texts = texts;
    this.#columns = columns;
  }

  /** Takes the rows that lie in the tables now. */
  static async ofStoredRows(admin: pg.Client): Promise<PlainCopy> {
    await admin.query('create schema bench');
    await admin.query(
      `create table bench.facts (like ${TABLES.facts} including all); create table bench.raw (like ${TABLES.raw} including all)`,
    );
    const columns = { facts: await storedColumns(admin, TABLES.facts), raw: await storedColumns(admin, TABLES.raw) };
    const texts = { facts: await copyOut(admin, TABLES.facts, columns.facts), raw: await copyOut(admin, TABLES.raw, columns.raw) };
    return new PlainCopy(admin, texts, columns);
  }

  async copy(which: Copied): Promise<void> {
    await pipeline(
      Readable.from(this.#texts[which]),
      this.#admin.query(copyFrom(`copy bench.${which} (${this.#columns[which]}) from stdin`)),
    );
  }

  async count(which: Copied): Promise<number> {
    return (await this.#admin.query<{ n: number }>(`select count(*)::int as n from bench.${which}`)).rows[0]?.n ?? 0;
  }

  async empty(): Promise<void> {
    await this.#admin.query('truncate bench.facts, bench.raw');
  }
}

/** Columns that can be sent: a generated one cannot. */
async function storedColumns(admin: pg.Client, table: string): Promise<string> {
  const { rows } = await admin.query<{ names: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as names from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  return rows[0]!.names;
}

async function copyOut(admin: pg.Client, table: string, columns: string): Promise<Buffer[]> {
  const rows: Buffer[] = [];
  const keep = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      rows.push(Buffer.from(chunk));
      done();
    },
  });
  await pipeline(admin.query(copyTo(`copy ${table} (${columns}) to stdout`)), keep);
  return inChunks(Buffer.concat(rows));
}

/** Pieces of the size that the writing path sends. */
function inChunks(text: Buffer): Buffer[] {
  const size = 256 * 1024;
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.subarray(i * size, (i + 1) * size));
}
