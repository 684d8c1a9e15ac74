import { mkdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { runDemo, type DemoOptions } from './run-demo.ts';
import type { CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

interface Flags {
  readonly once: boolean;
  readonly keep: boolean;
  readonly resume: boolean;
  readonly seed?: string;
  readonly anchor?: string;
  readonly orders?: string;
}

export function demoCommand(program: Command, context: CommandContext): void {
  program
    .command('demo')
    .description('everything on an empty machine: database, simulated sources, three companies, workers, numbers')
    .option('--once', 'exit when the numbers are printed, instead of staying up until Ctrl-C', false)
    .option('--keep', 'leave the database running; kpi local stop ends it', false)
    .option('--resume', 'go on with the database and the world of the demo before', false)
    .option('--seed <n>', 'world: ids, references, amounts and defects (1)')
    .option('--anchor <instant>', 'world: the instant its dates hang on (start of this UTC hour)')
    .option('--orders <n>', 'world: sales over all companies (2000)')
    .addHelpText(
      'after',
      '\nExits with 3 when warehouse and world differ.\n\nExamples:\n  kpi demo\n  kpi demo --once --json --orders 20000',
    )
    .action(async (flags: Flags) => {
      if (flags.resume && (flags.seed ?? flags.anchor ?? flags.orders) !== undefined)
        throw new UsageError('--resume goes on with the world there is; leave --seed, --anchor and --orders out');
      const options: DemoOptions = {
        once: flags.once,
        keep: flags.keep,
        resume: flags.resume,
        seed: whole('--seed', flags.seed ?? '1', 0),
        orders: whole('--orders', flags.orders ?? '2000', 50),
        anchor: flags.anchor === undefined ? null : instant(flags.anchor),
      };
      await mkdir(context.config.home, { recursive: true });
      await runDemo(context, options);
    });
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new UsageError(`${name} is "${text}"; it is a whole number from ${least} on`);
  return value;
}

function instant(text: string): string {
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(Date.parse(text)))
    throw new UsageError(`--anchor is "${text}"; write an instant like 2026-11-01T12:00:00Z`);
  return new Date(text).toISOString();
}
