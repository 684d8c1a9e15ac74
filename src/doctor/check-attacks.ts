import { randomUUID } from 'node:crypto';
import { attackAsReader, type Victim } from '../store/attack-as-reader.ts';
import { inspect } from '../store/inspect.ts';
import { readerPassword } from '../store/reader-passwords.ts';
import { roleUrl } from '../store/role-urls.ts';
import { listTenants } from '../store/tenants.ts';
import type { Check, DoctorDeps } from './deps.ts';
import { same, type Finding } from './finding.ts';

/** Companies whose logins are tried: what holds for two holds for all, because none has a right of its own. */
const TRIED = 2;

/** Companies' own logins are refused each other's rows, tried now and here. */
export const checkAttacks: Check = {
  name: 'attacks',
  title: { es: 'Ataques de prueba', en: 'Attacks tried' },
  needsDatabase: true,
  async run(deps, signal) {
    const living = (await listTenants(deps.db)).filter(({ status, reader_role: role }) => status !== 'erased' && role !== null);
    // The one that is asked about goes first, whoever else is there.
    const tried = living.toSorted((a, b) => Number(b.id === deps.tenantId) - Number(a.id === deps.tenantId)).slice(0, TRIED);
    const found: Finding[] = [];
    for (const [i, attacker] of tried.entries()) {
      if (signal.aborted) break;
      const other = tried[(i + 1) % tried.length]!;
      // Where there is one company only, the service's own roles are still to be refused.
      const victim = other === attacker ? { tenantId: randomUUID(), role: 'kpi_reader' } : { tenantId: other.id, role: other.reader_role! };
      const through = await attack(deps, attacker.id, victim);
      if (through.length > 0) found.push(leak(`${attacker.rut} ${attacker.company_name}`, through));
    }
    return found;
  },
};

async function attack({ db, urls, roleSecret, limitMs }: DoctorDeps, own: string, victim: Victim) {
  const { role, generation } = await readerPassword(db, own);
  return inspect(roleUrl(urls.direct, role, roleSecret, generation), limitMs, (query) => attackAsReader(query, own, victim));
}

function leak(about: string, through: readonly string[]): Finding {
  const list = `${through.slice(0, 5).join('; ')}${through.length > 5 ? '; …' : ''}`;
  return {
    code: 'attack_got_through',
    severity: 'error',
    about,
    what: { es: `Su acceso alcanza lo que no es suyo: ${list}`, en: `Its login reaches what is not its own: ${list}` },
    means: { es: 'Una empresa puede ver filas de otra.', en: 'One company can see rows of another.' },
    next: same('kpi doctor --only isolation; kpi migrate'),
  };
}
