import { nameOfSource, nameOfStream } from '#contract';
import type { DocumentsWarning } from './documents-bridge.ts';
import type { Said } from './explain-finding.ts';

const ENGLISH: Readonly<Record<DocumentsWarning['code'], string>> = {
  paused: 'the connection is paused: its data are not brought up to date',
  loading: 'its first reading has not ended',
  stale: 'its data are behind: nothing is called missing there',
  starts_later: 'it is covered only from a later day on',
  held: 'reading waits for a person: kpi status says why',
  failing: 'its last reading failed: kpi status says why',
  backfilling: 'a range of it is being read again: kpi backfill list says which',
  without_rate: 'sales or documents have no exchange rate: they stand with amount 0',
  issued_elsewhere: 'documents are also issued outside of Odoo: here are those of Odoo alone',
};

interface Warned {
  readonly code: DocumentsWarning['code'];
  readonly source: string | null;
  /** Stream of the source, where it is one stream that is not certain. */
  readonly stream?: string | null;
  readonly message: string;
}

/** What makes a comparison less than certain, and of which source: in Spanish with its details, as they are stored; in English by its code. */
export function warningText({ code, source, stream = null, message }: Warned): Said {
  if (source === null) return { es: message, en: ENGLISH[code] };
  const name = stream === null ? nameOfSource(source) : nameOfStream(source, stream);
  return { es: `${name}: ${message}`, en: `${stream === null ? source : `${source} ${stream}`}: ${ENGLISH[code]}` };
}
