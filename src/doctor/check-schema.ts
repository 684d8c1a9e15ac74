import { isolationFindings } from '../store/isolation-findings.ts';
import { inspect } from '../store/inspect.ts';
import { missingReaders } from '../store/missing-readers.ts';
import { compareMigrations, outdatedObjects } from '../store/schema-state.ts';
import type { Check } from './deps.ts';
import { same, type Finding } from './finding.ts';

const MOST = 20;

/** Migrations, views and functions are those of this release. */
export const checkMigrations: Check = {
  name: 'migrations',
  title: { es: 'Migraciones', en: 'Migrations' },
  needsDatabase: true,
  async run({ db, urls, limitMs }) {
    const { missing, unknown } = await compareMigrations((text, values) => db.query(text, values));
    const found: Finding[] = [];
    if (missing.length > 0)
      found.push({
        code: 'migrations_missing',
        severity: 'error',
        about: null,
        what: {
          es: `A la base le faltan ${missing.length} migraciones de esta versión: ${listed(missing)}.`,
          en: `The database lacks ${missing.length} migrations of this release: ${listed(missing)}.`,
        },
        means: { es: 'Lecturas y tableros fallarán.', en: 'Reads and dashboards will fail.' },
        next: same('kpi migrate'),
      });
    if (unknown.length > 0)
      found.push({
        code: 'migrations_newer',
        severity: 'warning',
        about: null,
        what: {
          es: `La base tiene migraciones que esta versión no conoce: ${listed(unknown)}.`,
          en: `The database has migrations that this release does not know: ${listed(unknown)}.`,
        },
        means: { es: 'Este programa es más antiguo que la base.', en: 'This program is older than the database.' },
        next: { es: 'Use la versión con que se migró la base.', en: 'Use the release the database was migrated with.' },
      });
    if (missing.length > 0) return found;
    const outdated = await inspect(urls.roles.kpi_owner, limitMs, outdatedObjects);
    if (outdated.length > 0)
      found.push({
        code: 'objects_outdated',
        severity: 'error',
        about: null,
        what: {
          es: `${outdated.length} vistas o funciones no son las de esta versión: ${listed(outdated)}.`,
          en: `${outdated.length} views or functions are not those of this release: ${listed(outdated)}.`,
        },
        means: { es: 'Los indicadores se calculan con otra definición.', en: 'KPIs are computed by another definition.' },
        next: same('kpi migrate'),
      });
    return found;
  },
};

/** Nobody can see another company's rows: rights, policies, views and roles as the rules of tenancy want them. */
export const checkIsolation: Check = {
  name: 'isolation',
  title: { es: 'Aislamiento entre empresas', en: 'Isolation of companies' },
  needsDatabase: true,
  async run({ db, urls, limitMs }) {
    const all = await inspect(urls.direct, limitMs, isolationFindings);
    const violations = all.filter(({ kind }) => kind === 'violation');
    const found = violations.slice(0, MOST).map(({ rule, object, detail }): Finding => ({
      code: 'isolation_rule_broken',
      severity: 'error',
      about: object,
      what: same(`${rule}: ${object}${detail === null ? '' : ` (${detail})`}`),
      means: { es: 'Una empresa podría ver filas de otra.', en: 'One company might see rows of another.' },
      next: {
        es: 'kpi migrate restablece roles y derechos; si sigue, deshaga el cambio hecho a mano en ese objeto.',
        en: 'kpi migrate restores roles and rights; if it stays, undo what was changed by hand on that object.',
      },
    }));
    if (violations.length > MOST)
      found.push({
        code: 'isolation_rules_broken',
        severity: 'error',
        about: null,
        what: { es: `y ${violations.length - MOST} más.`, en: `and ${violations.length - MOST} more.` },
        means: { es: 'Una empresa podría ver filas de otra.', en: 'One company might see rows of another.' },
        next: same('kpi migrate'),
      });
    for (const { rule, object, detail, remedy } of all.filter(({ kind }) => kind === 'limit'))
      found.push({
        code: 'isolation_limit',
        severity: 'warning',
        about: object,
        what: same(`${rule}: ${object}${detail === null ? '' : ` (${detail})`}`),
        means: {
          es: 'No hay filas en peligro, pero el SQL de una empresa puede estorbar a todas: docs/isolation.md.',
          en: "No row is in danger, but a company's SQL may be in the way of all: docs/isolation.md.",
        },
        next: { es: `Como superusuario, si el servidor lo permite: ${remedy}`, en: `As a superuser, if the server lets you: ${remedy}` },
      });
    const without = await missingReaders(db);
    for (const { rut, company_name, role } of without)
      found.push({
        code: 'reader_role_missing',
        severity: 'error',
        about: `${rut} ${company_name}`,
        what:
          role === null
            ? { es: 'La empresa no tiene rol de lectura.', en: 'The company has no role to read with.' }
            : { es: `Su rol de lectura ${role} no existe en este servidor.`, en: `Its role to read with, ${role}, is not on this server.` },
        means: { es: 'Sus tableros no muestran nada.', en: 'Its dashboards show nothing.' },
        next: {
          es: 'Restaure los roles del servidor (pg_dumpall --roles-only) y luego: kpi migrate',
          en: 'Restore the roles of the server (pg_dumpall --roles-only), then: kpi migrate',
        },
      });
    return found;
  },
};

const listed = (names: readonly string[]) => `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
