import type { App } from '../app.ts';
import { listRecomputations, runRecomputation, type RecomputationRow } from '../store/recomputations.ts';
import type { Terminal } from './terminal.ts';

/**
 * Does a recomputation's chunks here, under the same locks as a worker would (or beside it), and shows how far it is. Interrupting it
 * loses nothing: a worker goes on.
 */
export async function waitForRecomputation(app: App, terminal: Terminal, tenantId: string, id: string): Promise<RecomputationRow> {
  const stopping = new AbortController();
  const stop = () => stopping.abort(new Error('interrupted'));
  process.once('SIGINT', stop);
  const began = Date.now();
  const look = async () => (await listRecomputations(app.db, { tenantId, id }))[0]!;
  const show = async () => {
    if (Date.now() - began > 2000) terminal.progress(describeProgress(terminal, await look()));
  };
  await runRecomputation(app.db, tenantId, id, { seconds: Infinity, signal: stopping.signal, onChunk: show });
  process.removeListener('SIGINT', stop);
  terminal.endProgress();
  return look();
}

/** `setting:currency 40 % (1200 of 3000 rows)`. */
export function describeProgress(terminal: Terminal, row: RecomputationRow): string {
  const share = row.total === 0 ? 100 : Math.floor((100 * row.done) / row.total);
  return terminal.say({
    es: `${row.cause} ${share} % (${row.done} de ${row.total} filas)`,
    en: `${row.cause} ${share} % (${row.done} of ${row.total} rows)`,
  });
}
