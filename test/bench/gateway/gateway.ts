import pg from 'pg';
import { roleUrl } from '../../../src/store/role-urls.ts';
import { createServiceToken } from '../../../src/store/service-tokens.ts';
import { benchDatabase, READING } from '../bench-database.ts';
import { spread, type Spread } from '../measure.ts';
import { gatewayOptions } from '../options.ts';
import { openGateway, type OpenGateway } from './open-gateway.ts';
import { STATEMENTS } from './statements.ts';
import { makeTenants } from './tenants.ts';

interface Overhead {
  /** Milliseconds of the statement on an open connection of the same role. */
  readonly direct_ms: Spread;
  readonly gateway_ms: Spread;
  /** Gateway less direct, and gateway divided by direct, each within one repetition. */
  readonly difference_ms: Spread;
  readonly ratio: Spread;
  readonly rows: number;
}

interface Result {
  readonly provisioning_calls: number;
  /** A second apply of the same company, which writes nothing. */
  readonly second_apply_calls: number;
  readonly first_embed_ms: number;
  readonly embed_ms: Spread;
  readonly embed_by_token_ms: Spread;
  /** The same server, asked for nothing: what HTTP alone costs here. */
  readonly health_ms: Spread;
  readonly query: Readonly<Record<string, Overhead>>;
}

/** What the gateway costs: embedding, one statement against the same on an open connection, and how often Metabase is asked for a company's dashboards. */
export async function benchGateway(args: readonly string[]): Promise<void> {
  const options = gatewayOptions(args);
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const database = await benchDatabase(READING);
  let gateway: OpenGateway | null = null;
  try {
    const [tenant] = await makeTenants(database, options.orders, say);
    gateway = await openGateway(database);
    const { db, metabase, apply, users } = gateway;
    say('dashboards into Metabase …');
    const count = async (work: () => Promise<unknown>) => {
      const before = metabase.log.length;
      await work();
      return metabase.log.length - before;
    };
    const provisioning = await count(() => apply(tenant.id));
    const secondApply = await count(() => apply(tenant.id));

    const token = (
      await createServiceToken(db, { name: 'bench', scopes: ['embed', 'query'], tenantId: tenant.id, days: 1, createdBy: 'bench' })
    ).token;
    const session = await users.session('user_bench');
    const ask = asking(gateway.url);
    say('embedding …');
    const embed = (bearer: string) => ask('/api/metabase/embed/ventas', bearer);
    const firstEmbed = await timed(() => embed(session));
    const embedded: Record<'user' | 'token' | 'health', number[]> = { user: [], token: [], health: [] };
    const asked = await count(async () => {
      for (let i = 0; i < options.repeat; i += 1) {
        embedded.user.push(await timed(() => embed(session)));
        embedded.token.push(await timed(() => embed(token)));
        embedded.health.push(await timed(() => ask('/health', token)));
      }
    });
    if (asked > 0) throw new Error(`Metabase was asked ${asked} times while embedding was measured`);

    const client = new pg.Client({ connectionString: roleUrl(database.adminUrl, tenant.role, database.roleSecret) });
    await client.connect();
    const query: Record<string, Overhead> = {};
    try {
      for (const [name, sql] of Object.entries(STATEMENTS)) {
        say(`statement ${name} …`);
        query[name] = await overhead(
          () => client.query({ text: sql, rowMode: 'array' }).then(({ rows }) => rows.length),
          async () => (await ask<{ row_count: number }>('/api/metabase/query', token, { tenant_id: tenant.id, sql })).row_count,
          options.repeat,
        );
      }
    } finally {
      await client.end();
    }
    const result: Result = {
      provisioning_calls: provisioning,
      second_apply_calls: secondApply,
      first_embed_ms: Number(firstEmbed.toPrecision(3)),
      embed_ms: spread(embedded.user),
      embed_by_token_ms: spread(embedded.token),
      health_ms: spread(embedded.health),
      query,
    };
    console.log(options.json ? JSON.stringify(result) : table(result));
  } finally {
    await gateway?.close();
    await database.remove();
  }
}

/** Asks over HTTP as a program does, connections kept. @throws when the answer is a problem */
function asking(url: string) {
  return async <T>(path: string, bearer: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${bearer}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  };
}

/** Both ways in turns, the first of them alternating, after three rounds that do not count. */
async function overhead(direct: () => Promise<number>, gateway: () => Promise<number>, repeat: number): Promise<Overhead> {
  const took: Record<'direct' | 'gateway', number[]> = { direct: [], gateway: [] };
  const rows = await direct();
  if ((await gateway()) !== rows) throw new Error('the gateway answered with another number of rows than the connection');
  for (let i = -3; i < repeat; i += 1) {
    const ways = [['direct', direct] as const, ['gateway', gateway] as const];
    for (const [way, run] of i % 2 === 0 ? ways : ways.toReversed()) {
      const ms = await timed(run);
      if (i >= 0) took[way].push(ms);
    }
  }
  const pairs = took.direct.map((ms, i) => [ms, took.gateway[i]!] as const);
  return {
    direct_ms: spread(took.direct),
    gateway_ms: spread(took.gateway),
    difference_ms: spread(pairs.map(([one, other]) => other - one)),
    ratio: spread(pairs.map(([one, other]) => other / one)),
    rows,
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function table(result: Result): string {
  const range = ({ median, min, max }: Spread) => `${median} (${min}–${max})`;
  return [
    'medians and ranges, milliseconds',
    `embed ${range(result.embed_ms)} (goal 5), by a service token ${range(result.embed_by_token_ms)}, the first one ${result.first_embed_ms}; /health ${range(result.health_ms)}`,
    ...Object.entries(result.query).map(
      ([name, { difference_ms, ratio, direct_ms, rows }]) =>
        `query ${name.padEnd(12)} ${range(difference_ms)} more (goal 10) than ${range(direct_ms)} on an open connection, ${range(ratio)} times; ${rows} rows`,
    ),
    `Metabase was asked ${result.provisioning_calls} times for a company's dashboards (goal 100), ${result.second_apply_calls} when all were there`,
  ].join('\n');
}
