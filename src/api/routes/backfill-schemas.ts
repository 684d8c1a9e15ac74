import { z } from 'zod';
import { BackfillOverlaps, PRIORITIES, type BackfillRow } from '../../store/backfills.ts';
import { showSlices } from '../../store/backfill-slices.ts';
import type { Database } from '../../store/database.ts';
import { WrongInstant } from '../../store/local-instant.ts';
import { progressOf } from '../../sync/backfill-progress.ts';
import { BackfillRefused } from '../../sync/backfill-refused.ts';
import { ProblemError, type Words } from '../problem.ts';

const instant = z.iso.datetime();
const count = z.int().min(0);
const moment = z.string().min(10).max(40);
const counts = { read: count, inserted: count, updated: count, unchanged: count, superseded: count, excluded: count, quarantined: count };

export const BACKFILL = z.object({
  id: z.guid(),
  tenant_id: z.guid(),
  rut: z.string(),
  connection_id: z.guid(),
  source: z.string(),
  stream: z.string(),
  from: instant,
  until: instant,
  reason: z.string(),
  requested_by: z.string(),
  priority: z.enum(PRIORITIES),
  only_missing: z.boolean(),
  state: z
    .enum(['running', 'paused', 'waiting', 'done', 'failed', 'cancelled'])
    .describe('waiting: su fuente no responde; se reintenta sola.'),
  outcome: z.enum(['verified', 'unverified']).nullable().describe('Al terminar: si la fuente cuenta lo mismo que hay guardado.'),
  outcome_because: z.string().nullable(),
  problem: z.string().nullable().describe('Por qué espera, se pausó o falló.'),
  created_at: instant,
  ended_at: instant.nullable(),
  slices: count,
  slices_done: count,
  share: z.number().min(0).max(1).describe('Avance.'),
  rows_per_second: z.number().nullable(),
  eta_seconds: z.int().min(0).nullable(),
  ...counts,
  entities: z.array(z.object({ entity: z.string(), ...counts, tombstoned: count })),
});

export const SHOWN_BACKFILL = BACKFILL.extend({
  slice_list: z.array(
    z.object({
      slice: z.int().min(1),
      from: instant,
      until: instant,
      state: z.enum(['waiting', 'running', 'done']),
      expected: count.nullable(),
      expected_precision: z.enum(['exact', 'floor', 'about']).nullable(),
      records: count.describe('Leídos de lo que la fuente cuenta.'),
      counted: count.nullable().describe('Cuántos contó la fuente al terminar el tramo.'),
      stored: count.nullable().describe('Cuántos había guardados entonces.'),
      differing: z.array(z.object({ day: z.iso.date(), counted: count, stored: count })).nullable(),
    }),
  ),
});

const estimate = z.object({ value: z.number().min(0), precision: z.enum(['exact', 'floor', 'about']) });
export const PLAN = z.object({
  backfills: z.array(
    z.object({
      tenant_id: z.guid(),
      rut: z.string(),
      connection_id: z.guid(),
      source: z.string(),
      stream: z.string(),
      from: instant,
      until: instant,
      slices: z.array(z.object({ from: instant, until: instant, records: estimate.nullable() })),
      records: estimate.nullable().describe('null: la fuente no los cuenta, o no respondió.'),
      rows: estimate.nullable(),
      requests: estimate.nullable(),
      minutes: estimate.nullable(),
      pace: z.object({
        rows_per_second: z.number().min(0),
        rows_per_request: z.number().min(0),
        rows_per_record: z.number().min(0),
        origin: z.enum(['measured', 'others', 'assumed']),
      }),
      notices: z.array(z.object({ code: z.string(), message: z.string() })).describe('Lo que la fuente no puede dar.'),
      problem: z.string().nullable(),
      overlaps: z.guid().nullable().describe('Relectura en curso que ya abarca parte.'),
    }),
  ),
  left_out: z.array(z.object({ tenant_id: z.guid(), source: z.string(), stream: z.string(), because: z.string() })),
  total: z.object({ records: estimate, rows: estimate, requests: estimate, minutes: estimate }),
});

/** What both a plan and a start say about streams and range. */
export const SCOPE = {
  from: moment.describe('Primer día local, o instante con su desfase; incluido.'),
  until: moment.optional().describe('Día local o instante en que termina, no incluido; ahora, si se omite.'),
  slice_days: z.int().min(1).max(366).default(30),
  only_missing: z.boolean().default(false).describe('Solo los días que nunca se leyeron, o cuya cuenta difiere de la fuente.'),
};
export const START = {
  reason: z.string().min(1).max(200).default('pedido por la API'),
  priority: z.enum(PRIORITIES).default('normal'),
};
export const named = z.string().min(1).max(64);
export const NAMES = { from: 'from', until: 'until' };

/** A backfill as the interface states it. */
export function backfillOf(one: BackfillRow): z.input<typeof BACKFILL> {
  const { read, inserted, updated, unchanged, superseded, excluded, quarantined } = one;
  return {
    id: one.id,
    tenant_id: one.tenant_id,
    rut: one.rut,
    connection_id: one.connection_id,
    source: one.source,
    stream: one.stream,
    from: one.range_from.toISOString(),
    until: one.range_until.toISOString(),
    reason: one.reason,
    requested_by: one.requested_by,
    priority: one.priority,
    only_missing: one.only_missing,
    state: one.state,
    outcome: one.outcome,
    outcome_because: one.outcome_because,
    problem: one.error_message,
    created_at: one.created_at.toISOString(),
    ended_at: one.ended_at?.toISOString() ?? null,
    slices: one.slices,
    slices_done: one.slices_done,
    ...progressOf(one),
    read,
    inserted,
    updated,
    unchanged,
    superseded,
    excluded,
    quarantined,
    entities: [...one.entities],
  };
}

/** The same with its slices. */
export async function shownBackfill(db: Database, one: BackfillRow): Promise<z.input<typeof SHOWN_BACKFILL>> {
  const slices = await showSlices(db, one.tenant_id, one.id);
  return {
    ...backfillOf(one),
    slice_list: slices.map((slice) => ({
      slice: slice.slice,
      from: slice.slice_from.toISOString(),
      until: slice.slice_until.toISOString(),
      state: slice.state,
      expected: slice.expected,
      expected_precision: slice.expected_precision,
      records: slice.records,
      counted: slice.counted,
      stored: slice.stored,
      differing: slice.differing === null ? null : [...slice.differing],
    })),
  };
}

const REFUSALS: Readonly<Record<BackfillRefused['code'], Words>> = {
  unknown_source: { es: 'No hay tal fuente.', en: 'There is no such source.' },
  unknown_stream: { es: 'La fuente no tiene tal flujo.', en: 'The source has no such stream.' },
  no_past: {
    es: 'Ese flujo es un estado presente, sin pasado: pida POST …/sync.',
    en: 'That stream is a present state without a past: ask for POST …/sync.',
  },
  not_connected: { es: 'La empresa no tiene conectada esa fuente.', en: 'The company has not connected that source.' },
  empty_range: { es: 'El rango está vacío: from no es anterior a until.', en: 'The range is empty: from is not before until.' },
  future_range: { es: 'El rango está en el futuro.', en: 'The range lies in the future.' },
};

/** What is wrong with a wish, in the interface's words; any other error as it is. */
export function backfillProblem(error: unknown): unknown {
  if (error instanceof BackfillRefused) return new ProblemError({ status: 422, code: error.code, detail: REFUSALS[error.code] });
  if (error instanceof WrongInstant)
    return new ProblemError({
      status: 400,
      code: 'invalid_instant',
      detail: {
        es: 'from y until son un día como 2026-11-01 o un instante como 2026-11-01T03:00:00Z.',
        en: 'from and until are a day like 2026-11-01 or an instant like 2026-11-01T03:00:00Z.',
      },
    });
  if (error instanceof BackfillOverlaps)
    return new ProblemError({
      status: 409,
      code: 'backfill_overlaps',
      detail: { es: 'Otra relectura en curso ya cubre parte de ese rango.', en: 'A running backfill already covers part of that range.' },
      more: { backfill_id: error.id },
    });
  return error;
}
