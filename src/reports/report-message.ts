import { createHash } from 'node:crypto';
import { localDay } from './format-value.ts';
import type { PrintedReport } from './print-report.ts';

export interface MessageFacts {
  /** Idempotency key, the same at every attempt. */
  readonly deliveryId: string;
  readonly tenant: { readonly id: string; readonly rut: string; readonly name: string };
  /** Name under which the receiver keeps the recipients; there is no address here. */
  readonly route: string;
  readonly cadence: 'daily' | 'weekly' | 'monthly' | 'manual';
  /** Local day it was due on. */
  readonly dueOn: string;
  readonly dashboard: string;
  readonly printed: PrintedReport;
}

/** Largest file in bytes: n8n takes no more than 16 MiB at once unless told to, and base64 makes four bytes of three. */
const MOST_BYTES = 11 * 1024 * 1024;

/** The file does not fit into a message. */
export class ReportTooLarge extends Error {
  override readonly name = 'ReportTooLarge';
}

/**
 * The body of a message with a report, as text: it is signed and sent as these bytes, at every attempt the same. The file is in it, so
 * that whoever receives it needs no way back to this service.
 * @throws ReportTooLarge
 */
export function reportMessage({ deliveryId, tenant, route, cadence, dueOn, dashboard, printed }: MessageFacts): string {
  const { report, file } = printed;
  if (file.bytes.length > MOST_BYTES)
    throw new ReportTooLarge(`the report has ${file.bytes.length} bytes; a message takes ${MOST_BYTES}. Choose a shorter period`);
  const { title, from, until, readAt } = report;
  const period = from === null || until === null ? null : from === until ? localDay(from) : `${localDay(from)} a ${localDay(until)}`;
  const subject = [title, tenant.name, ...(period === null ? [] : [period])].join(' · ');
  const note =
    file.mediaType === 'application/pdf'
      ? null
      : 'El servidor no tiene Chromium: el informe va como página HTML, que cualquier navegador abre.';
  return JSON.stringify({
    type: 'report',
    version: 1,
    delivery_id: deliveryId,
    sent_at: readAt.toISOString(),
    tenant,
    route,
    report: { dashboard, title, cadence, due_on: dueOn, from, until, read_at: readAt.toISOString() },
    subject,
    text: `Adjuntamos el informe «${title}» de ${tenant.name}${period === null ? '' : ` (${period})`}.${note === null ? '' : ` ${note}`}`,
    note,
    file: {
      name: `${dashboard}-${tenant.rut}-${until ?? dueOn}.${file.mediaType === 'application/pdf' ? 'pdf' : 'html'}`,
      media_type: file.mediaType,
      bytes: file.bytes.length,
      sha256: createHash('sha256').update(file.bytes).digest('hex'),
      encoding: 'base64',
      content: file.bytes.toString('base64'),
    },
  });
}
