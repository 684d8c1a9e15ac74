import { Client } from 'pg';

export type DirectSession = {
  /** Runs statements, several at once when there are no values. Throws when the database warned about one of them. */
  run<Row extends Record<string, unknown> = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Statements in one transaction. */
  atomically(text: string): Promise<void>;
};

/**
 * Opens one direct connection, hands it to `work` and closes it. For migrations and role care, where a warning means that something was
 * silently not done ("no privileges were granted"), so every warning is an error here.
 */
export async function withDirectSession<Result>(url: string, work: (session: DirectSession) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url, application_name: 'kpi-migrate' });
  const warnings = collectWarnings(client);
  // The rejection of the running statement says the same; without a listener the event would end the process.
  client.on('error', () => {});
  await client.connect();
  const run = async <Row>(text: string, values?: unknown[]): Promise<Row[]> => {
    const result = await client.query(text, values);
    warnings.refuse();
    return (result.rows ?? []) as Row[];
  };
  const atomically = async (text: string): Promise<void> => {
    await client.query('begin');
    try {
      await run(text);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => {});
      throw error;
    }
  };
  try {
    return await work({ run, atomically });
  } finally {
    await client.end().catch(() => {});
  }
}

type NoticeSource = {
  on(event: 'notice', listener: (notice: { severity?: string | undefined; message?: string | undefined }) => void): unknown;
};

/** Listens for warnings on a connection; `refuse` throws what has come since the last call. Lesser notices pass. */
export function collectWarnings(client: NoticeSource): { refuse(): void } {
  const warnings: string[] = [];
  client.on('notice', ({ severity, message }) => {
    if (severity === 'WARNING') warnings.push(message ?? 'without a text');
  });
  return {
    refuse: () => {
      if (warnings.length > 0) throw new Error(`The database warned: ${warnings.splice(0).join('; ')}`);
    },
  };
}
