import type { FastifyPluginAsync } from 'fastify';
import type { Database } from '../store/database.ts';
import { schemaState } from '../store/schema-state.ts';
import { ProblemError, type Words } from './problem.ts';
import type { ServerLog } from './server.ts';

/** `/health`: the process answers. `/ready`: it can work, because the database is there and has the schema of this release. */
export function health({ db, log }: { readonly db: Database; readonly log: ServerLog }): FastifyPluginAsync {
  return async (server) => {
    server.get('/health', async () => ({ status: 'ok' }));
    server.get('/ready', async () => {
      const state = await schemaState(db).catch((error: unknown) => {
        log.warn({ err: error }, 'the database does not answer');
        throw notReady({ es: 'La base de datos no responde.', en: 'The database does not answer.' }, error);
      });
      if (state === 'behind')
        throw notReady({
          es: 'A la base de datos le faltan migraciones de esta versión: kpi migrate.',
          en: 'The database lacks migrations of this release: kpi migrate.',
        });
      return { status: 'ready' };
    });
  };
}

function notReady(detail: Words, cause?: unknown): ProblemError {
  return new ProblemError({ status: 503, code: 'not_ready', detail }, { cause });
}
