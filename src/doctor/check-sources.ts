import pLimit from 'p-limit';
import type { CheckFinding } from '#contract';
import { listConnections, type ConnectionRow } from '../store/connections.ts';
import { listTenants } from '../store/tenants.ts';
import type { Check, DoctorDeps } from './deps.ts';
import { said, same, type Finding } from './finding.ts';

const AT_ONCE = 8;
/** The source's clock decides watermarks; ours only waits and says how late something is. */
const SKEW_WARNING_MS = 60_000;
const SKEW_ERROR_MS = 300_000;

/** Every reference to secrets gives something. */
export const checkSecrets: Check = {
  name: 'secrets',
  title: { es: 'Secretos', en: 'Secrets' },
  needsDatabase: true,
  async run(deps) {
    const rows = await watchedConnections(deps);
    const found = await each(rows, async (row): Promise<Finding[]> => {
      const problem = await deps.secretsOf(row).then(
        () => null,
        (error: unknown) => error,
      );
      if (problem === null) return [];
      return [
        {
          code: 'secret_unreadable',
          severity: 'error',
          about: row.about,
          what: same(said(problem)),
          means: { es: 'La fuente no se lee.', en: 'The source is not read.' },
          next: same(`kpi connect ${row.source} --tenant ${row.rut} --secrets …`),
        },
      ];
    });
    return found.flat();
  },
};

/** Every source lets us in, with the rights its streams need. */
export const checkConnections: Check = {
  name: 'connections',
  title: { es: 'Conexiones', en: 'Connections' },
  needsDatabase: true,
  async run(deps, signal) {
    const rows = await watchedConnections(deps);
    const found = await each(rows, async (row): Promise<Finding[]> => {
      const advice = same(`kpi check --tenant ${row.rut} --source ${row.source}`);
      // Without its secrets it cannot be asked; the check of secrets says so.
      if (!(await deps.secretsOf(row).then(Boolean, () => false))) return [];
      try {
        return (await deps.checkConnection(row, signal)).findings.map((one) => ofSource(row.about, one));
      } catch (error) {
        const means = { es: 'La fuente no se lee.', en: 'The source is not read.' };
        return [{ code: 'source_refuses', severity: 'error', about: row.about, what: same(said(error)), means, next: advice }];
      }
    });
    return found.flat();
  },
};

/** Our clock agrees with the database's and with those of the sources. */
export const checkClocks: Check = {
  name: 'clocks',
  title: { es: 'Relojes', en: 'Clocks' },
  needsDatabase: true,
  async run(deps, signal) {
    const origins = [...new Set((await watchedConnections(deps)).map((row) => row.host))];
    const skews = await each(origins, async (origin): Promise<Finding[]> => {
      const asked = deps.now().getTime();
      // Whoever does not answer is the check of connections' business.
      const headers = await deps.headersOf(origin, signal).catch(() => null);
      const theirs = Date.parse(headers?.['date'] ?? '');
      return Number.isNaN(theirs) ? [] : judgeSkew(new URL(origin).host, theirs + 500 - middle(asked, deps.now().getTime()));
    });
    const asked = deps.now().getTime();
    const { rows } = await deps.db.query<{ ms: number }>('select extract(epoch from clock_timestamp())::float8 * 1000 as ms');
    const database = rows[0]!.ms - middle(asked, deps.now().getTime());
    return [...judgeSkew('database', database), ...skews.flat()];
  },
};

const middle = (a: number, b: number) => (a + b) / 2;

/** @internal judged alone in tests @param ms how far the other clock is ahead of ours */
export function judgeSkew(about: string, ms: number): Finding[] {
  const off = Math.abs(ms);
  if (off < SKEW_WARNING_MS) return [];
  const seconds = Math.round(off / 1000);
  const [es, en] = ms > 0 ? ['adelantado', 'ahead of'] : ['atrasado', 'behind'];
  return [
    {
      code: 'clock_skew',
      severity: off < SKEW_ERROR_MS ? 'warning' : 'error',
      about,
      what: {
        es: `Su reloj está ${seconds} s ${es} respecto del de esta máquina.`,
        en: `Its clock is ${seconds} s ${en} the clock of this machine.`,
      },
      means: {
        es: 'Atrasos, firmas de mensajes y «últimas 24 horas» se calculan mal.',
        en: 'Lags, signatures of messages and "last 24 hours" are computed wrongly.',
      },
      next: {
        es: 'Sincronice los relojes (timedatectl set-ntp true) aquí y en ese servidor.',
        en: 'Synchronise the clocks (timedatectl set-ntp true) here and on that server.',
      },
    },
  ];
}

function ofSource(about: string, { level, code, message, advice }: CheckFinding): Finding {
  const means =
    level === 'error'
      ? { es: 'La fuente, o parte de ella, no se lee.', en: 'The source, or part of it, is not read.' }
      : { es: 'Algo de la fuente no llegará.', en: 'Something of the source will not arrive.' };
  return { code, severity: level, about, what: same(message), means, next: same(advice) };
}

type Watched = ConnectionRow & { readonly rut: string; readonly about: string };

/** What is read: neither paused connections nor those of companies that are. */
async function watchedConnections({ db, tenantId }: DoctorDeps): Promise<Watched[]> {
  const [tenants, rows] = await Promise.all([listTenants(db), listConnections(db, tenantId === null ? {} : { tenantId })]);
  const active = new Map(tenants.flatMap((tenant) => (tenant.status === 'active' ? [[tenant.id, tenant] as const] : [])));
  return rows.flatMap((row) => {
    const tenant = active.get(row.tenant_id);
    if (tenant === undefined || row.status !== 'active') return [];
    return [{ ...row, rut: tenant.rut, about: `${tenant.rut} ${tenant.company_name} ${row.source}` }];
  });
}

function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const limit = pLimit(AT_ONCE);
  return Promise.all(items.map((item) => limit(() => work(item))));
}
