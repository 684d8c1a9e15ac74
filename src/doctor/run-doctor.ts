import type { Check, DoctorDeps } from './deps.ts';
import { said, same, type Finding, type Severity, type Words } from './finding.ts';

export interface CheckResult {
  readonly check: string;
  readonly title: Words;
  readonly state: 'ok' | 'findings' | 'timed_out' | 'failed' | 'skipped';
  readonly took_ms: number;
}

export interface Diagnosis {
  readonly checks: readonly CheckResult[];
  /** The worst first. */
  readonly findings: readonly (Finding & { readonly check: string })[];
}

const ORDER: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/**
 * Runs checks beside each other, each at most `seconds`. One that fails or takes too long is a finding itself; the others go on. When the
 * check named `database` says that it does not answer, those that need it are left out: one cause, one finding.
 * @param redact takes secrets out of every sentence that leaves
 */
export async function runDoctor(
  deps: DoctorDeps,
  checks: readonly Check[],
  options: { readonly seconds: number; readonly redact: (text: string) => string; readonly onDone?: (result: CheckResult) => void },
): Promise<Diagnosis> {
  const results = new Map<string, CheckResult>();
  const findings: (Finding & { check: string })[] = [];
  const done = (result: CheckResult) => {
    results.set(result.check, result);
    options.onDone?.(result);
  };
  const run = async (check: Check): Promise<Finding[]> => {
    const began = performance.now();
    const { state, found } = await attempt(check, deps, options.seconds);
    findings.push(...found.map((finding) => ({ check: check.name, ...clean(finding, options.redact) })));
    done({ check: check.name, title: check.title, state, took_ms: Math.round(performance.now() - began) });
    return found;
  };
  const first = checks.find((check) => check.name === 'database');
  const independent = checks.filter((check) => check !== first && !check.needsDatabase).map(run);
  const unreachable = first !== undefined && (await run(first)).some((finding) => finding.code === 'database_unreachable');
  const dependent = checks.filter((check) => check !== first && check.needsDatabase);
  if (unreachable) for (const { name, title } of dependent) done({ check: name, title, state: 'skipped', took_ms: 0 });
  await Promise.all([...independent, ...(unreachable ? [] : dependent.map(run))]);
  return {
    checks: checks.map((check) => results.get(check.name)!),
    findings: findings.toSorted((a, b) => ORDER[a.severity] - ORDER[b.severity] || a.check.localeCompare(b.check)),
  };
}

async function attempt(check: Check, deps: DoctorDeps, seconds: number): Promise<{ state: CheckResult['state']; found: Finding[] }> {
  const limit = new AbortController();
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => {
    limit.abort(new Error('the check took too long'));
    late.resolve('late');
  }, seconds * 1000);
  try {
    const work = check.run(deps, limit.signal);
    // Whoever is late may still fail; nobody waits for that any more.
    work.catch(() => undefined);
    const found = await Promise.race([work, late.promise]);
    if (found === 'late') return { state: 'timed_out', found: [tookTooLong(check, seconds)] };
    return { state: found.length === 0 ? 'ok' : 'findings', found };
  } catch (error) {
    return { state: 'failed', found: [couldNot(check, error)] };
  } finally {
    clearTimeout(timer);
  }
}

function tookTooLong(check: Check, seconds: number): Finding {
  return {
    code: 'timed_out',
    severity: 'warning',
    about: null,
    what: { es: `${check.title.es}: no terminó en ${seconds} s.`, en: `${check.title.en}: did not end within ${seconds} s.` },
    means: { es: 'No se sabe si está bien.', en: 'Whether it is well is not known.' },
    next: same(`kpi doctor --only ${check.name} --timeout ${seconds * 3}`),
  };
}

function couldNot(check: Check, error: unknown): Finding {
  return {
    code: 'check_failed',
    severity: 'error',
    about: null,
    what: { es: `${check.title.es}: ${said(error)}`, en: `${check.title.en}: ${said(error)}` },
    means: { es: 'No se pudo mirar; no se sabe si está bien.', en: 'It could not be looked at; whether it is well is not known.' },
    next: same(`kpi doctor --only ${check.name}`),
  };
}

function clean(finding: Finding, redact: (text: string) => string): Finding {
  const words = ({ es, en }: Words): Words => ({ es: redact(es), en: redact(en) });
  const { about, what, means, next } = finding;
  return { ...finding, about: about === null ? null : redact(about), what: words(what), means: words(means), next: words(next) };
}
