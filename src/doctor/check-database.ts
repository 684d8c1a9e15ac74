import { databaseFacts, type DatabaseFacts } from '../store/database-facts.ts';
import { inspect } from '../store/inspect.ts';
import { behindPooler } from '../store/pooler.ts';
import { serviceRoles } from '../store/role-urls.ts';
import type { Check, DoctorDeps } from './deps.ts';
import { said, same, type Finding } from './finding.ts';

const LEAST_VERSION = 160_000;
/** Autovacuum begins to freeze at 200 million; a server so far beyond has one that cannot keep up. */
const OLD_TRANSACTIONS = 1_000_000_000;

/** The server answers, is one this service can rely on, and lets each of our roles in. */
export const checkDatabase: Check = {
  name: 'database',
  title: { es: 'Base de datos', en: 'Database' },
  needsDatabase: false,
  async run({ urls, limitMs }) {
    let facts: DatabaseFacts;
    try {
      facts = await inspect(urls.direct, limitMs, databaseFacts);
    } catch (error) {
      return [unreachable(error)];
    }
    const found = judgeFacts(facts, new URL(urls.direct).hostname);
    const roles = await Promise.all(serviceRoles.map((role) => judgeRole(role, urls.roles[role], limitMs)));
    return [...found, ...roles.flat()];
  },
};

/** Queue and migrations need a connection that stays the same; a transaction pooler's does not. */
export const checkPooler: Check = {
  name: 'pooler',
  title: { es: 'Conexión directa', en: 'Direct connection' },
  needsDatabase: true,
  async run({ urls, limitMs }: DoctorDeps) {
    if (!(await behindPooler(urls.direct, limitMs))) return [];
    return [
      {
        code: 'direct_url_is_pooled',
        severity: 'error',
        about: 'DATABASE_DIRECT_URL',
        what: {
          es: 'La dirección directa pasa por un pooler de transacciones.',
          en: 'The direct address goes through a transaction pooler.',
        },
        means: {
          es: 'La cola no despierta a los procesos de trabajo y sus trabajos quedan tomados; las migraciones no se excluyen entre sí.',
          en: 'The queue wakes no worker and leaves jobs locked; migrations do not keep each other out.',
        },
        next: {
          es: 'Ponga en DATABASE_DIRECT_URL la dirección sin pooler (Supabase: puerto 5432) y repita: kpi doctor --only pooler',
          en: 'Set DATABASE_DIRECT_URL to the address without a pooler (Supabase: port 5432), then: kpi doctor --only pooler',
        },
      },
    ];
  },
};

function unreachable(error: unknown): Finding {
  return {
    code: 'database_unreachable',
    severity: 'error',
    about: 'DATABASE_DIRECT_URL',
    what: { es: `La base de datos no responde: ${said(error)}`, en: `The database does not answer: ${said(error)}` },
    means: { es: 'Nada se lee ni se muestra.', en: 'Nothing is read and nothing is shown.' },
    next: {
      es: 'Revise que el servidor esté arriba y que DATABASE_URL y DATABASE_DIRECT_URL sean correctas; local: kpi local start',
      en: 'Check that the server is up and that DATABASE_URL and DATABASE_DIRECT_URL are right; local: kpi local start',
    },
  };
}

async function judgeRole(role: string, url: string, limitMs: number): Promise<Finding[]> {
  try {
    await inspect(url, limitMs, (query) => query('select 1'));
    return [];
  } catch (error) {
    return [
      {
        code: 'role_cannot_log_in',
        severity: 'error',
        about: role,
        what: { es: `El rol ${role} no puede entrar: ${said(error)}`, en: `Role ${role} cannot log in: ${said(error)}` },
        means: {
          es: 'Falta el rol, o KPI_ROLE_SECRET no es el secreto con que se creó.',
          en: 'The role is missing, or KPI_ROLE_SECRET is not the secret it was made with.',
        },
        next: { es: 'Con el KPI_ROLE_SECRET correcto: kpi migrate', en: 'With the right KPI_ROLE_SECRET: kpi migrate' },
      },
    ];
  }
}

/** @internal judged from what the server said, so that each rule can be tried alone */
export function judgeFacts(facts: DatabaseFacts, host: string): Finding[] {
  const found: Finding[] = [];
  const add = (severity: Finding['severity'], code: string, what: Finding['what'], means: Finding['means'], next: Finding['next']) =>
    found.push({ code, severity, about: null, what, means, next });
  if (facts.version < LEAST_VERSION)
    add(
      'error',
      'database_too_old',
      { es: `PostgreSQL ${facts.version_text}; se necesita 16 o más.`, en: `PostgreSQL ${facts.version_text}; 16 or later is needed.` },
      { es: 'Roles y vistas no se protegen como se espera.', en: 'Roles and views are not protected as expected.' },
      { es: 'Actualice el servidor.', en: 'Upgrade the server.' },
    );
  if (facts.encoding !== 'UTF8')
    add(
      'error',
      'database_encoding',
      { es: `La codificación es ${facts.encoding}, no UTF8.`, en: `The encoding is ${facts.encoding}, not UTF8.` },
      { es: 'Hay nombres que no se pueden guardar.', en: 'There are names that cannot be stored.' },
      { es: 'Cree la base con encoding UTF8 y restaure en ella.', en: 'Create the database with encoding UTF8 and restore into it.' },
    );
  if (facts.recovering)
    add(
      'error',
      'database_read_only',
      { es: 'El servidor es una réplica: no acepta escrituras.', en: 'The server is a replica: it takes no writes.' },
      { es: 'Nada se sincroniza.', en: 'Nothing is synced.' },
      { es: 'Apunte DATABASE_DIRECT_URL al primario.', en: 'Point DATABASE_DIRECT_URL at the primary.' },
    );
  if (!facts.durable)
    add(
      'warning',
      'database_not_durable',
      { es: 'fsync o full_page_writes está apagado.', en: 'fsync or full_page_writes is off.' },
      { es: 'Un corte de luz puede dañar la base entera.', en: 'A power cut may ruin the whole database.' },
      same("alter system set fsync = 'on'; alter system set full_page_writes = 'on'; select pg_reload_conf();"),
    );
  if (facts.sessions > facts.max_connections * 0.85)
    add(
      'warning',
      'database_connections',
      {
        es: `${facts.sessions} de ${facts.max_connections} conexiones en uso.`,
        en: `${facts.sessions} of ${facts.max_connections} connections are in use.`,
      },
      { es: 'Pronto se rechazarán lecturas y tableros.', en: 'Reads and dashboards will soon be refused.' },
      {
        es: 'Baje KPI_WORKER_CONCURRENCY o KPI_QUERY_CONNECTIONS, use un pooler en DATABASE_URL, o suba max_connections.',
        en: 'Lower KPI_WORKER_CONCURRENCY or KPI_QUERY_CONNECTIONS, put a pooler into DATABASE_URL, or raise max_connections.',
      },
    );
  if (facts.idle_transactions > 0)
    add(
      'warning',
      'database_idle_transactions',
      {
        es: `${facts.idle_transactions} sesiones tienen una transacción abierta hace más de cinco minutos.`,
        en: `${facts.idle_transactions} sessions have held a transaction open for more than five minutes.`,
      },
      { es: 'Las tablas crecen y hay esperas.', en: 'Tables grow and others wait.' },
      same("select pid, usename, application_name, query from pg_stat_activity where state = 'idle in transaction';"),
    );
  if (facts.transaction_age > OLD_TRANSACTIONS)
    add(
      'error',
      'database_freeze',
      {
        es: `La transacción más antigua sin congelar tiene ${Math.round(facts.transaction_age / 1e6)} millones de transacciones.`,
        en: `The oldest transaction that is not frozen is ${Math.round(facts.transaction_age / 1e6)} million transactions old.`,
      },
      { es: 'A los 2.100 millones el servidor deja de aceptar escrituras.', en: 'At 2,100 million the server stops taking writes.' },
      same('vacuum (freeze, verbose);'),
    );
  if (!facts.encrypted && !/^(?:localhost|127\.|\[?::1|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)|^$/.test(host))
    add(
      'warning',
      'database_in_clear',
      { es: 'La conexión a la base no va cifrada.', en: 'The connection to the database is not encrypted.' },
      { es: 'Claves y datos de clientes viajan a la vista.', en: 'Passwords and data of customers travel in the open.' },
      { es: 'Agregue ?sslmode=verify-full a las direcciones.', en: 'Add ?sslmode=verify-full to the addresses.' },
    );
  if (!facts.may_create_roles)
    add(
      'warning',
      'admin_cannot_create_roles',
      {
        es: 'El usuario de DATABASE_DIRECT_URL no puede crear roles.',
        en: 'The user of DATABASE_DIRECT_URL may not create roles.',
      },
      { es: 'kpi tenant add y kpi migrate fallarán.', en: 'kpi tenant add and kpi migrate will fail.' },
      { es: 'Dele CREATEROLE, o use el administrador.', en: 'Give it CREATEROLE, or use the administrator.' },
    );
  return found;
}
