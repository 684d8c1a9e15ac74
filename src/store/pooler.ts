import { Client } from 'pg';

/**
 * Whether a transaction pooler stands between us and the database: it lends a backend for one transaction, so that two connections
 * that are open at once can have the same one, or one connection changes its backend while another holds it.
 * @throws what the driver says
 */
export async function behindPooler(url: string, limitMs: number): Promise<boolean> {
  const open = () => {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: limitMs, query_timeout: limitMs });
    client.on('error', () => undefined);
    return client;
  };
  const [first, second] = [open(), open()];
  const pidOf = async (client: Client): Promise<number> =>
    (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!.pid;
  try {
    await first.connect();
    await second.connect();
    const before = await pidOf(first);
    // Held through the last question: a pooler has to give the first another backend meanwhile.
    await second.query('begin');
    const other = await pidOf(second);
    return other === before || (await pidOf(first)) !== before;
  } finally {
    await Promise.allSettled([first.end(), second.end()]);
  }
}
