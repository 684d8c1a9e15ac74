import { benchBackfill } from './backfill/backfill.ts';
import { benchGateway } from './gateway/gateway.ts';
import { benchKpi } from './kpi/kpi.ts';
import { benchOperations } from './operations/operations.ts';
import { benchReconcile } from './reconcile/reconcile.ts';
import { benchSync } from './sync.ts';
import { UsageError } from './options.ts';

/** Every bench by its name on the command line. */
const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  sync: benchSync,
  backfill: benchBackfill,
  reconcile: benchReconcile,
  kpi: benchKpi,
  gateway: benchGateway,
  operations: benchOperations,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench === undefined) {
  const known = Object.keys(BENCHES).join(', ');
  console.error(`${name === '' ? 'Which bench?' : `There is no bench "${name}".`} There are: ${known}. Usage: npm run -s bench -- <name>`);
  process.exitCode = 2;
} else {
  await bench(args).catch((error: unknown) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  });
}
