import { ENTITIES } from '#contract';
import { sqlFile } from './sql-file.ts';
import type { Family } from './tables.ts';

export type RetentionKind = 'raw' | 'quarantine' | 'runs' | 'messages' | 'customers' | 'alerts' | 'privacy';

/** One kind of thing that is removed when it is old. */
export interface RetentionStep {
  /** How it is called in counts and in the audit. */
  readonly name: string;
  /** Select of what is due: `id` and `version`, for tenant $1, at most $2, after $3 days, and $4 onward of `more`. */
  readonly due: string;
  readonly more: readonly unknown[];
  /** Removes those of tenant $1 with ids $2 that still have the versions $3. */
  readonly remove: string;
  /** Whether `remove` takes a secret $4 that is forgotten afterwards. */
  readonly secret?: true;
  /** Under whose lock; null: no facts. */
  readonly family: Family | null;
  /** Those of one `version` go in one transaction. */
  readonly together?: true;
}

export interface RetentionRule {
  readonly kind: RetentionKind;
  readonly defaultDays: number;
  readonly leastDays: number;
  readonly describe: { readonly es: string; readonly en: string };
  readonly steps: readonly RetentionStep[];
}

const versioned = (table: string, alias: string, version: string) => `delete from ${table} ${alias}
  using unnest($2::uuid[], $3::text[]) as k(id, version)
  where ${alias}.tenant_id = $1 and ${alias}.id = k.id and ${version} = k.version`;
const oldJobs = (table: string) => ({
  due: `select id::text as id, '' as version from ${table}
    where tenant_id = $1 and ended_at < clock_timestamp() - make_interval(days => $3::integer) limit $2`,
  more: [],
  remove: `delete from ${table} where tenant_id = $1 and id = any($2::uuid[]) and $3::text[] is not null`,
  family: null,
});

/**
 * How long what is kept, unless a person says otherwise. Not in here, so never removed: documents, amounts, folios, dates, everything that
 * numbers are made of. Of messages no number may change when they age, so that `kpi rebuild` keeps finding nothing: public ones stay (they
 * hold no text and no customer), internal ones lose their author.
 */
export const RETENTION: readonly RetentionRule[] = [
  {
    kind: 'raw',
    defaultDays: 90,
    leastDays: 1,
    describe: { es: 'último contenido de cada registro, tal como vino', en: 'last payload of each record, as it came' },
    steps: [
      {
        name: 'raw',
        due: sqlFile('retention-raw'),
        more: [Object.keys(ENTITIES)],
        remove: versioned('raw.records', 'r', 'r.synced_at::text'),
        family: null,
      },
    ],
  },
  {
    kind: 'quarantine',
    defaultDays: 30,
    leastDays: 1,
    describe: { es: 'registros rechazados, desde que se cerraron', en: 'refused records, from when they were closed' },
    steps: [
      {
        name: 'quarantine',
        due: sqlFile('retention-quarantine'),
        more: [],
        remove: `delete from ops.quarantine q using unnest($2::bigint[], $3::text[]) as k(id, version)
          where q.tenant_id = $1 and q.id = k.id and q.state = k.version`,
        family: null,
      },
    ],
  },
  {
    kind: 'runs',
    defaultDays: 90,
    leastDays: 7,
    describe: { es: 'lecturas con sus cuentas, y trabajos terminados', en: 'runs with their counts, and finished jobs' },
    steps: [
      {
        name: 'runs',
        due: sqlFile('retention-runs'),
        more: [],
        // Counts first: a run without them would be one that read nothing.
        remove: `with counts as (delete from ops.run_counts where tenant_id = $1 and run_id = any($2::uuid[]))
          delete from ops.runs where tenant_id = $1 and id = any($2::uuid[]) and $3::text[] is not null`,
        family: null,
      },
      { name: 'recomputations', ...oldJobs('ops.recomputations') },
      { name: 'dashboard_jobs', ...oldJobs('ops.dashboard_jobs') },
      { name: 'tenant_jobs', ...oldJobs('ops.tenant_jobs') },
    ],
  },
  {
    kind: 'messages',
    defaultDays: 730,
    leastDays: 30,
    describe: {
      es: 'mensajes que el origen ya no tiene, y quién escribió notas internas',
      en: 'messages the source no longer has, and who wrote internal notes',
    },
    steps: [
      {
        name: 'messages_gone',
        due: sqlFile('retention-messages-gone'),
        more: [],
        remove: `${versioned('public.messages', 'm', 'm.revision::text')} and m.deleted_at is not null`,
        family: 'support',
      },
      {
        name: 'messages_author',
        due: sqlFile('retention-messages-internal'),
        more: [],
        // The hash stays: read again unchanged, the row is not written again.
        remove: `update public.messages m set agent_id = null from unnest($2::uuid[], $3::text[]) as k(id, version)
          where m.tenant_id = $1 and m.id = k.id and m.revision::text = k.version`,
        family: 'support',
      },
    ],
  },
  {
    kind: 'customers',
    defaultDays: 730,
    leastDays: 30,
    describe: {
      es: 'claves, comuna y región de clientes sin ninguna compra',
      en: 'keys, district and region of customers who never bought',
    },
    steps: [
      {
        name: 'customers',
        due: sqlFile('retention-customers'),
        more: [],
        remove: sqlFile('retire-customers'),
        secret: true,
        family: 'sales',
        together: true,
      },
    ],
  },
  {
    kind: 'alerts',
    defaultDays: 365,
    leastDays: 7,
    describe: {
      es: 'avisos que ya se dieron, con su historia; los que no llegaron esperan a una persona',
      en: 'alerts that were told, with their history; those that did not arrive wait for a person',
    },
    steps: [
      {
        name: 'alert_events',
        due: `select e.id::text as id, '' as version from ops.alert_events e
          where e.tenant_id = $1 and e.at < clock_timestamp() - make_interval(days => $3::integer) order by e.at limit $2`,
        more: [],
        remove: 'delete from ops.alert_events where tenant_id = $1 and id = any($2::bigint[]) and $3::text[] is not null',
        family: null,
      },
      {
        name: 'alert_deliveries',
        due: `select d.id::text as id, d.state as version from ops.alert_deliveries d
          where d.tenant_id = $1 and d.state = 'sent' and d.sent_at < clock_timestamp() - make_interval(days => $3::integer) limit $2`,
        more: [],
        remove: versioned('ops.alert_deliveries', 'd', 'd.state'),
        family: null,
      },
    ],
  },
  {
    kind: 'privacy',
    defaultDays: 730,
    // A source that delivers a request again must find it: without its row it would be a new one.
    leastDays: 30,
    describe: {
      es: 'solicitudes sobre datos personales, desde que se respondieron; las abiertas nunca se borran',
      en: 'requests about personal data, from when they were answered; open ones are never removed',
    },
    steps: [
      {
        name: 'privacy_requests',
        // An id is one of its connection's.
        due: `select p.id, p.connection_id::text as version from ops.privacy_requests p
          where p.tenant_id = $1 and p.state = 'done' and p.closed_at < clock_timestamp() - make_interval(days => $3::integer) limit $2`,
        more: [],
        remove: `delete from ops.privacy_requests p using unnest($2::text[], $3::uuid[]) as k(id, connection_id)
          where p.tenant_id = $1 and p.id = k.id and p.connection_id = k.connection_id and p.state = 'done'`,
        family: null,
      },
    ],
  },
];
