import { createHash } from 'node:crypto';
import { KINDS, type AlertKind } from './alert-kinds.ts';
import type { Finding } from './advance.ts';
import type { EffectiveRule } from './rules.ts';
import { sentence } from './spanish.ts';

/** The company that a message is about. */
export interface AlertTenant {
  readonly id: string;
  readonly rut: string;
  readonly name: string;
  readonly currency: string;
  readonly time_zone: string;
}

export interface Message {
  /** Idempotency key of the delivery. */
  readonly deliveryId: string;
  readonly tenant: AlertTenant;
  readonly rule: EffectiveRule;
  readonly event: 'firing' | 'resolved' | 'test';
  readonly findings: readonly Finding[];
  readonly at: Date;
  /** Address of a dashboard with `{rut}`, `{tenant_id}` and `{dashboard}`; null: no link. */
  readonly link: string | null;
}

const MOST_ROWS = 50;

/**
 * The body of a delivery, as text: it is signed and sent as these bytes, at every attempt the same. A superset of the JSON of Metabase's
 * own alerts (`type`, `alert_id`, `data.raw_data`, `sent_at` …), so that one receiver takes both. Counts and amounts, names of products,
 * streams and automations; never a person. Amounts and limits are decimal text.
 */
export function messageBody({ deliveryId, tenant, rule, event, findings, at, link }: Message): string {
  const spec = KINDS[rule.kind];
  const rows = findings.flatMap((finding) => finding.cells);
  const url =
    link
      ?.replaceAll('{rut}', encodeURIComponent(tenant.rut))
      .replaceAll('{tenant_id}', tenant.id)
      .replaceAll('{dashboard}', spec.dashboard) ?? null;
  const told = { kind: rule.kind, findings, threshold: rule.threshold, currency: tenant.currency };
  const text =
    event === 'test'
      ? `Alerta de prueba de ${tenant.name}: si la lees, el aviso llega.`
      : `${tenant.name}: ${sentence({ ...told, event })}`;
  return JSON.stringify({
    type: 'alert',
    alert_id: alertId(tenant.id, rule.kind),
    alert_creator_id: null,
    alert_creator_name: 'kpi-sync',
    data: {
      type: 'question',
      question_id: null,
      question_name: spec.title,
      question_url: url,
      visualization: null,
      raw_data: { cols: spec.columns, rows: rows.slice(0, MOST_ROWS) },
    },
    sent_at: at.toISOString(),
    version: 1,
    delivery_id: deliveryId,
    tenant,
    rule: { kind: rule.kind, title: spec.title, unit: spec.unit, options: rule.options, cooldown_minutes: rule.cooldownMinutes },
    state: event,
    severity: event === 'resolved' ? 'info' : rule.severity,
    value: findings.length === 1 ? (findings[0]?.value ?? null) : String(findings.length),
    threshold: rule.threshold,
    subjects: findings.slice(0, MOST_ROWS).map(({ subject, title, value, occasion }) => ({ subject, title, value, occasion })),
    subject_count: findings.length,
    row_count: rows.length,
    text,
    dashboard_url: url,
  });
}

/** A number that names tenant and kind for good: Metabase's alerts have one, and receivers group by it. */
function alertId(tenantId: string, kind: AlertKind): number {
  return createHash('sha256').update(`${tenantId}:${kind}`).digest().readUInt32BE() >>> 1;
}
