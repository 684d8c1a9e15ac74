import pLimit from 'p-limit';
import { listTenants } from '../store/tenants.ts';
import { deadMessages } from '../store/dead-messages.ts';
import type { Check, DoctorDeps } from './deps.ts';
import { said, same, type Finding } from './finding.ts';

const FEWEST_CHARACTERS = 12;

/** What the environment says can be meant. What it may not say at all ends every command with a list. */
export const checkConfiguration: Check = {
  name: 'configuration',
  title: { es: 'Configuración', en: 'Configuration' },
  needsDatabase: false,
  async run({ roleSecret }) {
    if (new Set(roleSecret).size >= FEWEST_CHARACTERS) return [];
    return [
      {
        code: 'role_secret_weak',
        severity: 'error',
        about: 'KPI_ROLE_SECRET',
        what: { es: 'El secreto de los roles no parece al azar.', en: 'The secret of the roles does not look random.' },
        means: { es: 'Las claves de todas las empresas se podrían adivinar.', en: "Every company's password could be guessed." },
        next: {
          es: 'Ponga en KPI_ROLE_SECRET lo que da «openssl rand -hex 32» y luego: kpi migrate',
          en: 'Set KPI_ROLE_SECRET to what "openssl rand -hex 32" gives, then: kpi migrate',
        },
      },
    ];
  },
};

/** Alerts have somewhere to go, the place answers, and none waits for a person. */
export const checkAlerts: Check = {
  name: 'alerts',
  title: { es: 'Alertas', en: 'Alerts' },
  needsDatabase: true,
  async run(deps, signal) {
    const tenants = await watchedTenants(deps);
    const found: Finding[] = [];
    const origins = new Map<string, string>();
    const without: string[] = [];
    for (const { id, rut, company_name } of tenants) {
      try {
        const target = await deps.alertTargetOf(id);
        if (target === null) without.push(rut);
        else origins.set(new URL(target.url).origin, rut);
      } catch (error) {
        found.push(targetProblem(`${rut} ${company_name}`, said(error)));
      }
    }
    if (without.length > 0)
      found.push({
        code: 'alerts_go_nowhere',
        severity: 'warning',
        about: `${without.slice(0, 5).join(', ')}${without.length > 5 ? ', …' : ''}`,
        what: {
          es: `${without.length} empresas no tienen a dónde avisar.`,
          en: `${without.length} companies have nowhere to send alerts.`,
        },
        means: { es: 'Sus alertas solo se ven con kpi alerts list.', en: 'Their alerts are seen only with kpi alerts list.' },
        next: same('kpi alerts target set --help'),
      });
    for (const origin of origins.keys()) {
      const problem = await deps.headersOf(origin, signal).then(
        () => null,
        (error: unknown) => said(error),
      );
      if (problem !== null) found.push(targetProblem(new URL(origin).host, problem));
    }
    const { dead, tenants: concerned } = await deadMessages(deps.db, deps.tenantId);
    if (dead > 0)
      found.push({
        code: 'alerts_undelivered',
        severity: 'error',
        about: concerned.slice(0, 5).join(', '),
        what: { es: `${dead} avisos no llegaron y ya no se intentan.`, en: `${dead} messages did not arrive and are not tried any more.` },
        means: { es: 'Alguien cree que todo está bien.', en: 'Somebody believes that all is well.' },
        next: same('kpi alerts list --dead; kpi alerts retry'),
      });
    return found;
  },
};

function targetProblem(about: string, problem: string): Finding {
  return {
    code: 'alert_target_unusable',
    severity: 'error',
    about,
    what: same(problem),
    means: { es: 'Los avisos no llegan.', en: 'Messages do not arrive.' },
    next: same('kpi alerts target list; kpi alerts test --help'),
  };
}

/** Metabase answers, and shows what this release would put there. */
export const checkMetabase: Check = {
  name: 'metabase',
  title: { es: 'Metabase', en: 'Metabase' },
  needsDatabase: true,
  async run(deps, signal) {
    if (deps.metabase === null) return [];
    let look: Awaited<ReturnType<NonNullable<DoctorDeps['metabase']>>>;
    try {
      look = await deps.metabase();
      if (!(await look.healthy())) throw new Error('Metabase says that it is not well');
    } catch (error) {
      return [
        {
          code: 'metabase_unreachable',
          severity: 'error',
          about: 'METABASE_URL',
          what: same(said(error)),
          means: { es: 'No se ve ningún tablero.', en: 'No dashboard is seen.' },
          next: {
            es: 'Revise METABASE_URL y METABASE_API_KEY; luego: kpi metabase plan',
            en: 'Check METABASE_URL and METABASE_API_KEY, then: kpi metabase plan',
          },
        },
      ];
    }
    const limit = pLimit(2);
    const shown = (await watchedTenants(deps)).filter(({ reader_role }) => reader_role !== null);
    const owners = [...shown.map(({ id, rut }) => ({ id, rut })), ...(deps.tenantId === null ? [{ id: null, rut: null }] : [])];
    const found = await Promise.all(owners.map(({ id, rut }) => limit(async () => (signal.aborted ? [] : judgeOwner(look, id, rut)))));
    return found.flat();
  },
};

async function judgeOwner(
  look: { differences(tenantId: string | null): Promise<number> },
  id: string | null,
  rut: string | null,
): Promise<Finding[]> {
  const differences = await look.differences(id);
  if (differences === 0) return [];
  const which = rut === null ? '--executive' : `--tenant ${rut}`;
  return [
    {
      code: 'metabase_out_of_step',
      severity: 'warning',
      about: rut ?? 'executive',
      what: {
        es: `${differences} objetos de Metabase no están como debieran.`,
        en: `${differences} objects of Metabase are not as they should be.`,
      },
      means: { es: 'Los tableros faltan o muestran otra cosa.', en: 'Dashboards are missing or show something else.' },
      next: same(`kpi metabase diff ${which}; kpi metabase apply ${which}`),
    },
  ];
}

async function watchedTenants({ db, tenantId }: DoctorDeps) {
  return (await listTenants(db)).filter(({ id, status }) => status === 'active' && (tenantId === null || id === tenantId));
}
