import { bindCard } from '../dashboards/card-sql.ts';
import type { Card } from '../dashboards/dashboard.ts';
import { initialFilters } from '../dashboards/initial-filters.ts';
import type { Filter } from '../dashboards/dashboard.ts';
import { Database, type Client } from '../store/database.ts';
import { roleUrl } from '../store/role-urls.ts';
import type { Value } from './format-value.ts';

/** A card and its answer; values stand in the order of the card's columns. */
export interface ReadCard {
  readonly card: Card;
  readonly rows: readonly (readonly Value[])[];
}

export interface Answers {
  readonly cards: readonly ReadCard[];
  /** Every filter with its value. */
  readonly filters: Readonly<Record<string, string | null>>;
  /** The moment of all numbers: they are read from one state of the warehouse. */
  readonly readAt: Date;
}

export interface ReadOptions {
  /** Direct address of the warehouse; user and password are the role's. */
  readonly url: string;
  readonly roleSecret: string;
  /** A tenant's reader, or kpi_analyst: what it may see is what the report shows. */
  readonly role: string;
  /** Generation of its password; default 1. */
  readonly generation?: number;
  readonly timeZone: string;
  readonly filters: readonly Filter[];
  /** What filters hold instead of their initial values. */
  readonly chosen: Readonly<Record<string, string>>;
  readonly cards: readonly Card[];
}

const DATE_OID = 1082;
const TIMESTAMPTZ_OID = 1184;
const INFINITY = /^-?infinity$/;
const BEGIN = 'begin transaction isolation level repeatable read read only';
const CLOCK = 'select now() as at, (now() at time zone $1)::date::text as today';

/**
 * Asks all cards as the role, in one read-only transaction, so that the numbers of a page belong together.
 * @throws Error naming the card that could not be answered: a page with a hole would pass for whole
 */
export async function readCards(options: ReadOptions): Promise<Answers> {
  const db = new Database({
    url: roleUrl(options.url, options.role, options.roleSecret, options.generation),
    maxConnections: 1,
    applicationName: 'kpi-report',
  });
  try {
    const client = await db.pool.connect();
    try {
      await client.query(BEGIN);
      await client.query("set local statement_timeout = '60s'");
      const clock = (await client.query<{ at: Date; today: string }>(CLOCK, [options.timeZone])).rows[0]!;
      const filters = { ...initialFilters(options.filters, clock.today), ...options.chosen };
      const cards: ReadCard[] = [];
      for (const card of options.cards) cards.push({ card, rows: await answer(client, card, filters) });
      await client.query('commit');
      return { cards, filters, readAt: clock.at };
    } finally {
      client.release(true);
    }
  } finally {
    await db.close();
  }
}

async function answer(client: Client, card: Card, filters: Answers['filters']): Promise<Value[][]> {
  const { text, values } = bindCard(card, filters);
  // Everything as Postgres writes it, which is exact; instants alone become dates.
  const types = {
    getTypeParser: (oid: number) => (oid === TIMESTAMPTZ_OID ? instant : (raw: string) => (oid === DATE_OID ? day(raw) : raw)),
  };
  const asked = { text, values: [...values], rowMode: 'array' as const, types };
  const { rows, fields } = await client.query<Value[]>(asked as typeof asked & { types: never }).catch((error: unknown) => {
    throw new Error(`card ${card.key}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  });
  const names = fields.map(({ name }) => name);
  const places = Object.keys(card.columns).map((column) => names.indexOf(column));
  if (places.includes(-1)) throw new Error(`card ${card.key} declares columns that its statement does not answer`);
  return rows.map((row) => places.map((place) => row[place] ?? null));
}

const day = (raw: string): Value => (INFINITY.test(raw) ? null : raw);

/** `2026-11-26 23:00:00.5-03` */
function instant(raw: string): Value {
  return INFINITY.test(raw) ? null : new Date(raw.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
}
