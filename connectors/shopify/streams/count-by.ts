import { z } from 'zod';
import type { InstantRange, Notice, RangeCounts, ReadContext, RecordCount } from '#contract';
import { createClient, readShape } from '../client.ts';
import { recordCounts, type CountField } from '../queries/record-counts.ts';
import type { ShopifySettings } from '../settings.ts';
import { before } from './updated-walk.ts';

/** Counts in one query: 250 points, a fourth of what a query may cost. */
const PER_QUERY = 25;

const granted = z.object({ currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }) });
const answer = z.object({ count: z.int().min(0), precision: z.enum(['EXACT', 'AT_LEAST']) });

/** What is counted, and what of it Shopify does not show. */
export interface Counted {
  readonly field: CountField;
  /** From when on records are shown at all; null when all are. */
  visibleFrom(shop: { readonly scopes: ReadonlySet<string>; readonly serverTime: string | null }): string | null;
  /** Told where a range begins before that. */
  readonly notice: Notice;
}

/** Shopify's own counts of what was made in each range. @throws SourceError */
export async function countBy(
  context: ReadContext<ShopifySettings>,
  ranges: readonly InstantRange[],
  counted: Counted,
): Promise<RangeCounts> {
  const client = createClient(context, `shopify ${counted.field}`);
  const counts: RecordCount[] = [];
  const notices = new Map<string, Notice>();
  for (let start = 0; start < ranges.length; start += PER_QUERY) {
    const some = ranges.slice(start, start + PER_QUERY);
    const operation = recordCounts(counted.field, some.length);
    const { data, serverTime } = await client.query(operation, Object.fromEntries(some.map((range, i) => [`q${i}`, search(range)])));
    const scopes = new Set(readShape(granted, data, operation).currentAppInstallation.accessScopes.map(({ handle }) => handle));
    const from = counted.visibleFrom({ scopes, serverTime });
    const said = readShape(z.object(Object.fromEntries(some.map((_, i) => [`c${i}`, answer]))), data, operation);
    for (const [i, range] of some.entries()) {
      const { count, precision } = said[`c${i}`]!;
      const hidden = from !== null && Date.parse(range.from) < Date.parse(from);
      if (hidden) notices.set(counted.notice.code, counted.notice);
      counts.push({ count, precision: hidden || precision === 'AT_LEAST' ? 'floor' : 'exact' });
    }
  }
  return { counts, notices: [...notices.values(), ...client.notices] };
}

/** Stamps are whole seconds and both bounds are included, whatever is written: the last second of the range is named. */
function search({ from, until }: InstantRange): string {
  const last = new Date(Math.ceil(Date.parse(until) / 1000) * 1000).toISOString();
  const first = new Date(Math.ceil(Date.parse(from) / 1000) * 1000).toISOString();
  return `created_at:>='${before(first, 0)}' AND created_at:<='${before(last, 1)}'`;
}
