import { afterAll, expect, test } from 'vitest';
import { FAULT_KINDS, type FaultKind } from '../../src/sandbox/faults.ts';
import { SOURCES } from '../../src/sandbox/sandbox.ts';
import { smallWorld, syncInTrouble, type Outcome } from './rig.ts';

const sandbox = await smallWorld(7);
afterAll(() => sandbox.close());

function expectWhole(outcome: Outcome): void {
  expect(outcome.diff).toMatchObject({ listed: [], count: 0 });
  expect(outcome.diff.compared).toBeGreaterThan(500);
  expect(outcome).toMatchObject({ unbalanced: 0, quarantined: 0 });
  expect(outcome.exits.length).toBeGreaterThan(0);
  expect(outcome.exits.filter((code) => code !== 0)).toEqual([]);
}

test.each(FAULT_KINDS)('a fifth of the requests meeting %s, and workers killed meanwhile, change nothing of what arrives', async (kind) => {
  const outcome = await syncInTrouble(sandbox, { kinds: [kind], rate: 0.2, seed: 1, lastsMs: 12_000, kills: true });
  for (const source of SOURCES) expect(outcome.played[source], source).toBeGreaterThan(1);
  expect(outcome.killed).toBeGreaterThan(0);
  expectWhole(outcome);
});

const minutes = Number(process.env['KPI_FAULT_MINUTES'] ?? '0');

test.runIf(minutes > 0)(
  'any mixture of troubles, for as long as asked (KPI_FAULT_MINUTES), changes nothing of what arrives',
  async () => {
    const end = performance.now() + minutes * 60_000;
    for (let round = 1; performance.now() < end; round++) {
      const seed = Math.floor(Math.random() * 1e9);
      const kinds: FaultKind[] = FAULT_KINDS.filter(() => Math.random() < 0.5);
      const rate = 0.05 + Math.random() * 0.35;
      const trouble = { kinds: kinds.length === 0 ? FAULT_KINDS : kinds, rate, seed, lastsMs: 5000 + Math.random() * 15_000, kills: true };
      process.stdout.write(`round ${round}: ${JSON.stringify(trouble)}\n`);
      const world = await smallWorld(seed % 1000);
      try {
        expectWhole(await syncInTrouble(world, trouble));
      } finally {
        await world.close();
      }
    }
  },
  minutes * 60_000 + 300_000,
);
