import { afterAll, expect, test } from 'vitest';
import { FAULT_KINDS } from '../../src/sandbox/faults.ts';
import { SOURCES } from '../../src/sandbox/sandbox.ts';
import { smallWorld, syncInTrouble } from '../faults/rig.ts';

const sandbox = await smallWorld(3);
afterAll(() => sandbox.close());

// One cell of the matrix of test/faults for each ordinary run. Without the refusals for too many requests: Chatwoot is then left alone
// for the rest of its minute, which the whole matrix has the time for.
const KINDS = FAULT_KINDS.filter((kind) => !kind.startsWith('rate-limited'));

test('a fifth of the requests failing in many ways, and workers killed meanwhile, change nothing of what arrives', async () => {
  const outcome = await syncInTrouble(sandbox, { kinds: KINDS, rate: 0.2, seed: 1, lastsMs: 6000, kills: true });
  for (const source of SOURCES) expect(outcome.played[source], source).toBeGreaterThan(1);
  expect(outcome.killed).toBeGreaterThan(0);
  expect(outcome.diff).toMatchObject({ listed: [], count: 0 });
  expect(outcome.diff.compared).toBeGreaterThan(500);
  expect(outcome).toMatchObject({ unbalanced: 0, quarantined: 0, exits: [0, 0] });
}, 120_000);
