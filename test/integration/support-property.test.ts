import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Draft } from '#contract';
import { EngineRig } from '../support/engine-rig.ts';
import { agent, at, conversation, inbox, rated, reported, said, SupportCompany } from '../support/support-rig.ts';

let rig: EngineRig;
let analyst: pg.Client;

beforeAll(async () => {
  rig = await EngineRig.open();
  analyst = new pg.Client({ connectionString: rig.instance.url('kpi_analyst') });
  await analyst.connect();
});
afterAll(async () => {
  await analyst.end();
  await rig.close();
});

/** One version of one record: what the source showed from a tick on. */
interface Version {
  readonly tick: number;
  readonly draft: Draft;
}

const TICKS = 6;
const tick = fc.integer({ min: 1, max: TICKS });
const minute = fc.integer({ min: 0, max: 11 * 60 });
const clock = (minutes: number) => at(`${String(10 + Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`);
const conversationId = fc.constantFrom('1', '2', '3');
const HOURS = [[], ['3 09:00-18:00', '4 09:00-18:00'], ['3 10:00-10:20', '5 00:00-24:00']];

/** Up to three versions of a record, of ticks of their own. */
const versions = (draft: (tick: number) => fc.Arbitrary<Draft>): fc.Arbitrary<Version[]> =>
  fc
    .uniqueArray(tick, { minLength: 1, maxLength: 3 })
    .chain((ticks) => fc.tuple(...ticks.map((each) => draft(each).map((one) => ({ tick: each, draft: distinct(one, each) })))));

/**
 * Where a source has no clock, a state that returns to an earlier one and is delivered out of order cannot be told from the earlier one:
 * the one case that is left to `verify`. Here every version of an inbox or agent says something of its own.
 */
function distinct(draft: Draft, each: number): Draft {
  if (draft.entity === 'agent') return { ...draft, fields: { ...draft.fields, name: `Agente ${each}` } };
  if (draft.entity === 'inbox') return { ...draft, fields: { ...draft.fields, name: `Bandeja ${each}` } };
  return draft;
}

const inboxOf = (id: string) =>
  versions(() =>
    fc
      .tuple(fc.constantFrom(...HOURS), fc.constantFrom('WhatsApp', 'Email'), fc.boolean())
      .map(([hours, channel, enabled]) => inbox(id, hours, { channel, working_hours_enabled: enabled })),
  );
const agentOf = (id: string) => versions(() => fc.boolean().map((isBot) => agent(id, isBot)));
const conversationOf = (id: string, statuses: readonly ('open' | 'resolved' | 'pending')[]) =>
  versions((each) =>
    fc
      .tuple(fc.constantFrom(...statuses), fc.constantFrom('12', '13'))
      .map(([status, inbox_id]) => conversation(id, clock(0), { status, inbox_id, updatedAt: clock(each * 100) })),
  );
const messageOf = () =>
  fc.constant(said('1', clock(0)).sourceId).chain((sourceId) =>
    versions(() =>
      fc
        .tuple(
          conversationId,
          minute,
          fc.constantFrom('in', 'in', 'reply', 'bot', 'botUser', 'echo', 'note', 'survey', 'activity'),
          fc.boolean(),
        )
        .map(([id, when, kind, failed]) => ({
          ...said(id, clock(when), kind as 'in', { status: failed ? 'failed' : 'sent' }),
          sourceId,
        })),
    ),
  );
const eventOf = (id: string) =>
  versions(() =>
    fc
      .tuple(conversationId, minute, fc.constantFrom('conversation_resolved', 'conversation_bot_handoff', 'reply_time'))
      .map(([of, when, name]) => reported(id, of, name, clock(when))),
  );
const answerOf = (id: string) =>
  versions(() =>
    fc
      .tuple(conversationId, minute, fc.integer({ min: 1, max: 5 }), fc.option(fc.constantFrom('m1', 'm2'), { nil: null }))
      .map(([of, when, rating, survey]) => rated(id, of, clock(when), rating, survey)),
  );

const worldArbitrary = fc.constantFrom<('open' | 'resolved' | 'pending')[]>(['open'], ['open', 'resolved', 'pending']).chain((statuses) =>
  fc.record({
    settled: fc.constant(statuses.length === 1),
    records: fc.tuple(
      ...['12', '13'].map(inboxOf),
      ...['3', '8'].map(agentOf),
      ...['1', '2', '3'].map((id) => conversationOf(id, statuses)),
      ...Array.from({ length: 10 }, messageOf),
      ...['1', '2', '3'].map(eventOf),
      ...['1', '2', '3'].map(answerOf),
    ),
    /** In which order, how often, and how many at a time the versions arrive. */
    order: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
    batches: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 12 }),
  }),
);

const TABLES: readonly (readonly [string, string])[] = [
  [
    'kpi.waits',
    'ordinal, channel, started_at::text, ended_at::text, ended_by, day::text, is_first, wall_seconds, business_seconds, first_response_seconds, first_response_business_seconds',
  ],
  ['kpi.handoffs', 'ordinal, direction, at::text, day::text, via, channel'],
  ['public.sla_results', 'promise, channel, clock, threshold_seconds, started_at::text, due_at::text, due_day::text, fulfilled_at::text'],
  ['kpi.conversation_days', 'day::text, channel, incoming, outgoing, templates, failed, replies'],
];
const CONVERSATION = '(select c.source_id from public.conversations c where c.id = t.conversation_id and c.tenant_id = t.tenant_id)';

async function derived(company: SupportCompany): Promise<Record<string, string[]>> {
  const all: Record<string, string[]> = {};
  for (const [table, columns] of TABLES)
    all[table] = (await company.rows(`${CONVERSATION}, ${columns}`, table)).map((row) => JSON.stringify(row)).toSorted();
  all['csat'] = (await company.rows('source_id, rating, counts, business_day::text', 'public.csat_responses'))
    .map((row) => JSON.stringify(row))
    .toSorted();
  return all;
}

test(
  'records in any order, doubled, corrected late, end as a rebuild says and as the newest versions say',
  { timeout: 240_000 },
  async () => {
    const seed = Number(process.env['KPI_PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    process.stderr.write(`worlds of seed ${seed}\n`);
    const property = fc.asyncProperty(worldArbitrary, async ({ settled, records, order, batches }) => {
      const all = records.flat();
      // Every version at least once, in any order; some again.
      const arriving = [
        ...all.map((version, i) => ({ version, at: order[i % order.length]! + i / 1000 })),
        ...order.slice(0, 15).map((n, i) => ({ version: all[n % all.length]!, at: order[59 - i]! })),
      ]
        .toSorted((a, b) => a.at - b.at)
        .map(({ version }) => version);
      const company = await SupportCompany.open(rig, analyst);
      for (let from = 0, i = 0; from < arriving.length; i += 1) {
        const size = batches[i % batches.length]!;
        await company.deliver(arriving.slice(from, from + size).map(({ tick: read, draft }) => ({ readSeq: read, draft })));
        from += size;
      }
      expect(await company.rebuilt()).toEqual([]);
      // What was observed depends on when it was looked at; all the rest does not.
      if (!settled) return;
      const fresh = await SupportCompany.open(rig, analyst);
      await fresh.deliver(
        records.map((each) => each.toSorted((a, b) => b.tick - a.tick)[0]!).map(({ tick: read, draft }) => ({ readSeq: read, draft })),
      );
      expect(await derived(company)).toEqual(await derived(fresh));
    });
    await fc.assert(property, { seed, numRuns: Number(process.env['KPI_PROPERTY_RUNS'] ?? 12), endOnFailure: true });
  },
);
