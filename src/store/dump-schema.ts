import { withDirectSession, type DirectSession } from './direct-session.ts';
import { dumpQueries } from './dump-queries.ts';

/** Schemas that make up the warehouse; the queue's and the migrator's own are not ours to describe. */
const schemas = ['public', 'kpi', 'raw', 'ops'] as const;

const head = `-- The schema after all migrations, written by "npm run schema:dump" from the catalogue of Postgres. Do not edit: it is compared
-- with a freshly migrated database in the tests, and shows in a review what a migration really changes.
`;

/**
 * Describes the warehouse as SQL text: deterministic, so that two databases with the same schema give the same text whatever their
 * history. Facts come from pg_catalog. Throws what the database throws.
 */
export async function dumpSchema(adminUrl: string): Promise<string> {
  return withDirectSession(adminUrl, async (session) => {
    // Names come out qualified, and times and floats alike on every server.
    await session.run("set search_path = ''; set timezone = 'UTC'");
    const parts: string[] = [];
    for (const query of dumpQueries) parts.push(...(await describe(session, query)));
    return `${head}\n${parts.join('\n\n')}\n`;
  });
}

async function describe(session: DirectSession, query: string): Promise<string[]> {
  const rows = await session.run<{ text: string }>(query, [schemas]);
  return rows.map(({ text }) => text.trim());
}
