import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runClearing } from '../../src/reconcile/run-clearing.ts';
import { boleta, DocumentsRig, order } from '../support/documents-rig.ts';
import { at, payments, transactions, type Booked } from '../support/payment-drafts.ts';
import { mirrorOf, webOrder } from '../support/shop-drafts.ts';

/*
 * Any charges, refunds and payments over three months, through three gateways and a journal that is none's. Each period must begin with what the
 * shop's transactions say, end with what the payments say, and close; and what a month leaves open the three months together must not.
 */

const PERIODS = [
  ['2026-10-01', '2026-11-01'],
  ['2026-11-01', '2026-12-01'],
  ['2026-12-01', '2027-01-01'],
] as const;
const GATEWAYS = ['webpay', 'flow'] as const;
const dayOf = (month: number) => `2026-${10 + month}-15`;

interface World {
  readonly taken: readonly {
    readonly order: number;
    readonly amount: number;
    readonly month: number;
    readonly gateway: string;
    readonly back: boolean;
  }[];
  readonly booked: readonly {
    readonly pays: number | null;
    readonly part: number;
    readonly amount: number;
    readonly month: number;
    readonly journal: string;
    readonly back: boolean;
  }[];
}

const month = fc.integer({ min: 0, max: 2 });
const amount = fc.constantFrom(100, 1000, 1000, 2000, 950);
const rarely = fc.integer({ min: 0, max: 3 }).map((n) => n === 0);
const world: fc.Arbitrary<World> = fc.record({
  taken: fc.array(fc.record({ order: fc.constantFrom(1, 1, 2, 3), amount, month, gateway: fc.constantFrom(...GATEWAYS), back: rarely }), {
    maxLength: 6,
  }),
  booked: fc.array(
    fc.record({
      pays: fc.constantFrom(1, 1, 2, 3, null),
      part: fc.constantFrom(1, 1, 0.5),
      amount,
      month,
      journal: fc.constantFrom('Webpay', 'Flow', 'Banco'),
      back: rarely,
    }),
    { maxLength: 6 },
  ),
});

let rig: DocumentsRig;
beforeAll(async () => {
  rig = await DocumentsRig.open();
});
afterAll(() => rig.engine.close());

async function holds({ taken, booked }: World): Promise<void> {
  await rig.newTenant();
  const { tenantId, shop } = rig.tenant;
  const ids = [1, 2, 3];
  await rig.write(
    [
      ...ids.map((id) => webOrder(id, 2000, at('2026-10-10'))),
      ...transactions(
        ...taken.map(
          (one) => [one.order, one.amount, dayOf(one.month), { gateway: one.gateway, kind: one.back ? 'REFUND' : 'SALE' }] as const,
        ),
      ),
    ],
    shop,
  );
  await rig.write(ids.flatMap((id) => order(id + 20, [2000], { created_at: at('2026-10-10'), ...mirrorOf(id) })));
  await rig.issue(...ids.map((id) => boleta(id, 2000, (id + 20) * 100 + 1, { date: '2026-10-10' })));
  await rig.write(
    payments(
      ...booked.map((one, i): Booked => ({
        id: i + 1,
        amount: one.amount,
        day: dayOf(one.month),
        journal: one.journal,
        back: one.back,
        ...(one.pays === null ? {} : { pays: { [one.pays]: Math.round(one.amount * one.part) } }),
      })),
    ),
  );
  const sum = (of: readonly number[]) => of.reduce((all, one) => all + one, 0);
  const read = async (from: string, until: string) => await runClearing(rig.engine.db, { tenantId, from, until, limit: 1000 });
  for (const [at_, [from, until]] of PERIODS.entries()) {
    const { gateways, findings } = await read(from, until);
    const inMonth = taken.filter((one) => one.month === at_);
    for (const name of GATEWAYS) {
      const of = (back: boolean) => sum(inMonth.filter((one) => one.gateway === name && one.back === back).map((one) => one.amount));
      const found = gateways.find(({ gateway }) => gateway === name);
      expect([found?.taken ?? '0', found?.givenBack ?? '0', found?.remainder ?? '0']).toEqual([String(of(false)), String(of(true)), '0']);
      if (found === undefined) continue;
      const lines = sum(found.lines.map((line) => Number(line.amount)));
      expect(Number(found.taken) - Number(found.givenBack) + lines).toBe(Number(found.inBooks));
      expect(sum(findings.filter(({ gateway }) => gateway === name).map((finding) => Number(finding.amount)))).toBe(lines);
    }
    // A payment is in the books of one gateway at most; of those that pay an order which a gateway took money for, of one exactly.
    const all = sum(booked.filter((one) => one.month === at_).map((one) => (one.back ? -one.amount : one.amount)));
    const nobody = booked.filter((one) => one.month === at_ && one.journal === 'Banco');
    const some = sum(
      nobody.map((one) => {
        const left =
          one.pays !== null && taken.some((each) => each.order === one.pays) ? one.amount - Math.round(one.amount * one.part) : one.amount;
        return one.back ? -left : left;
      }),
    );
    const known = new Set(taken.map(({ gateway }) => gateway));
    if (known.size === GATEWAYS.length) expect(sum(gateways.map(({ inBooks }) => Number(inBooks)))).toBe(all - some);
  }
  // What is only a matter of time is none over all of it.
  const whole = await read(PERIODS[0][0], PERIODS[2][1]);
  const timely = whole.gateways.flatMap(({ lines }) =>
    lines.filter(({ line }) => ['booked_later', 'booked_before', 'refund_booked_later'].includes(line)),
  );
  expect(timely).toEqual([]);
}

test('any charges and payments: every period closes, each peso in one line', { timeout: 240_000 }, async () => {
  const seed = Number(process.env['KPI_PROPERTY_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  process.stderr.write(`clearing of seed ${seed}\n`);
  await fc.assert(fc.asyncProperty(world, holds), {
    seed,
    numRuns: Number(process.env['KPI_PROPERTY_RUNS'] ?? 30),
    endOnFailure: true,
  });
});
