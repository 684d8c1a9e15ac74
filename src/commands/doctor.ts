import type { Command } from 'commander';
import { CHECKS } from '../doctor/checks.ts';
import type { Severity } from '../doctor/finding.ts';
import { runDoctor, type CheckResult, type Diagnosis } from '../doctor/run-doctor.ts';
import { createRedactor } from '../outbound/redact.ts';
import { doctorDeps, knownSecrets } from './doctor-deps.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError, type Terminal } from './terminal.ts';

interface DoctorOptions {
  readonly tenant?: string;
  readonly only?: string;
  readonly timeout: string;
}

const NAMES = CHECKS.map(({ name }) => name);

/** `kpi doctor`: everything that can be wrong, looked at at once, each with what to do. */
export function doctorCommand(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('doctor')
    .description('look at everything that can be wrong, and say what to do; changes nothing')
    .option('--tenant <rut|id>', 'sources, streams and dashboards of this company only')
    .option('--only <checks>', `with commas between: ${NAMES.join(', ')}`)
    .option('--timeout <seconds>', 'longest time for one check', '20')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing to do, 3 warnings, 1 errors.\n\nExamples:\n  kpi doctor\n  kpi doctor --only connections,secrets --tenant 76042235-5',
    )
    .action(async (options: DoctorOptions) => {
      const seconds = Number(options.timeout);
      if (!(seconds >= 1 && seconds <= 600))
        throw new UsageError(`--timeout is "${options.timeout}"; it is a number of seconds from 1 to 600`);
      const only = options.only?.split(',').map((name) => name.trim());
      const unknown = only?.find((name) => !NAMES.includes(name));
      if (unknown !== undefined) throw new UsageError(`there is no check "${unknown}"; there are: ${NAMES.join(', ')}`);
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const checks = only === undefined ? CHECKS : CHECKS.filter(({ name }) => only.includes(name));
      const diagnosis = await runDoctor(doctorDeps(app, tenant?.id ?? null, seconds), checks, {
        seconds,
        redact: createRedactor(knownSecrets(app)),
        onDone: ({ title }) => terminal.progress(`  ${terminal.say(title)}…`),
      });
      terminal.endProgress();
      terminal.document(documentOf(diagnosis, terminal));
      print(terminal, diagnosis);
      const has = (severity: Severity) => diagnosis.findings.some((finding) => finding.severity === severity);
      if (has('error')) process.exitCode = 1;
      else if (has('warning')) process.exitCode = 3;
    });
}

function documentOf({ checks, findings }: Diagnosis, terminal: Terminal) {
  return {
    ok: findings.every(({ severity }) => severity === 'info'),
    checks: checks.map(({ title: _, ...check }) => check),
    findings: findings.map(({ what, means, next, ...finding }) => ({
      ...finding,
      what: terminal.say(what),
      means: terminal.say(means),
      next: terminal.say(next),
    })),
  };
}

const MARKS: Readonly<Record<Severity, string>> = { error: '✗', warning: '!', info: '·' };
const STATES: Readonly<Record<CheckResult['state'], string>> = { ok: '✓', findings: ' ', timed_out: '?', failed: '?', skipped: '–' };

function print(terminal: Terminal, { checks, findings }: Diagnosis): void {
  for (const { check, title, state } of checks) {
    const own = findings.filter((finding) => finding.check === check);
    const worst = own[0] === undefined ? STATES[state] : MARKS[own[0].severity];
    const skipped =
      state === 'skipped' ? terminal.say({ es: ' (no se miró: sin base de datos)', en: ' (not looked at: no database)' }) : '';
    terminal.line(`${worst} ${terminal.say(title)}${skipped}`);
    for (const { severity, about, what, means, next } of own) {
      terminal.line(`    ${MARKS[severity]} ${about === null ? '' : `${about}: `}${terminal.say(what)}`);
      terminal.line(`      ${terminal.say(means)}`);
      terminal.line(`      → ${terminal.say(next)}`);
    }
  }
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  terminal.line();
  terminal.line(
    terminal.say({
      es: `${count('error')} errores, ${count('warning')} advertencias, ${checks.filter(({ state }) => state === 'ok').length} de ${checks.length} revisiones sin novedad.`,
      en: `${count('error')} errors, ${count('warning')} warnings, ${checks.filter(({ state }) => state === 'ok').length} of ${checks.length} checks without news.`,
    }),
  );
}
