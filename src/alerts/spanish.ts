import { KINDS, type AlertKind, type Unit } from './alert-kinds.ts';
import { chileanNumber } from '../normalize/chilean-number.ts';
import type { Finding } from './advance.ts';

/** A value in its kind's unit, for people. */
export function amountOf(kind: AlertKind, decimal: string | null, currency: string): string {
  return decimal === null ? 'sin dato' : IN_UNIT[KINDS[kind].unit](decimal, currency);
}

const IN_UNIT: Readonly<Record<Unit, (decimal: string, currency: string) => string>> = {
  money: (decimal, currency) => `${currency} ${chileanNumber(decimal)}`,
  share: (decimal) => `${chileanNumber(percent(decimal))} %`,
  minutes: (decimal) => `${chileanNumber(decimal)} minutos`,
  count: (decimal) => chileanNumber(decimal),
};

/** `0.125` → `12.5`, by moving the point. */
function percent(share: string): string {
  const [whole = '0', fraction = ''] = share.split('.');
  const digits = fraction.padEnd(2, '0');
  const moved = `${whole}${digits.slice(0, 2)}`.replace(/^(-?)0+(?=\d)/, '$1');
  const rest = digits.slice(2).replace(/0+$/, '');
  return rest === '' ? moved : `${moved}.${rest}`;
}

export interface Told {
  readonly kind: AlertKind;
  readonly event: 'firing' | 'resolved';
  readonly findings: readonly Pick<Finding, 'title' | 'value'>[];
  readonly threshold: string | null;
  readonly currency: string;
}

const NAMED = 5;

/** What a sentence is made of: the first subject, its value, the limit, and the names of all. */
interface Words {
  readonly first: string;
  readonly value: string;
  readonly limit: string;
  readonly many: number;
  readonly names: string;
  /** Names with their values. */
  readonly amounts: string;
}

const FIRING: Readonly<Record<AlertKind, (words: Words) => string>> = {
  sales_below: ({ first, value, limit }) => `${first}: ${value}, bajo el mínimo de ${limit}.`,
  tickets_unanswered: ({ value }) =>
    value === '1'
      ? '1 conversación espera respuesta hace más de 2 horas hábiles.'
      : `${value} conversaciones esperan respuesta hace más de 2 horas hábiles.`,
  workflow_error_rate: ({ first, value, limit, many, names }) =>
    many === 1
      ? `Tasa de error de ${first}: ${value}, sobre el máximo de ${limit}.`
      : `${many} automatizaciones con tasa de error sobre ${limit}: ${names}.`,
  low_stock: ({ many, amounts }) => `${many === 1 ? '1 producto' : `${many} productos`} con inventario bajo: ${amounts}.`,
  stream_stale: ({ first, value, limit, many, names }) =>
    many === 1 ? `Sin datos nuevos de ${first} hace ${value}.` : `${many} flujos sin datos nuevos hace más de ${limit}: ${names}.`,
  reconciliation_difference: ({ value, limit }) => `La última conciliación difiere en ${value}, sobre el máximo de ${limit}.`,
};

/** One sentence in Spanish for a chat or a subject line. */
export function sentence({ kind, event, findings, threshold, currency }: Told): string {
  const [first] = findings;
  const { title } = KINDS[kind];
  if (first === undefined) return title;
  const amount = (decimal: string | null) => amountOf(kind, decimal, currency);
  const list = (word: (finding: Told['findings'][number]) => string) =>
    findings.slice(0, NAMED).map(word).join(', ') + (findings.length > NAMED ? ` y ${findings.length - NAMED} más` : '');
  const names = list((finding) => finding.title);
  if (event === 'resolved') return `Resuelto: ${title.toLowerCase()} (${names}).`;
  return FIRING[kind]({
    first: first.title,
    value: amount(first.value),
    limit: amount(threshold),
    many: findings.length,
    names,
    amounts: list((finding) => `${finding.title} (${amount(finding.value)})`),
  });
}
