import { expect } from 'vitest';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { GatewayRig } from '../support/gateway-rig.ts';
import { SEE, type Attempt, type Outcome } from './attack.ts';

/** What an attempt brought home. */
export interface Loot {
  /** All that came back, as text: rows, notices, notifications, the words of an error. */
  readonly text: string;
  /** Values of all rows. */
  readonly values: readonly unknown[];
  /** SQLSTATE, or the code of a problem that has none; null: it was not refused. */
  readonly code: string | null;
}

/** What a session still holds. A clean one holds nothing. */
const STATE = `select session_user::text as session, current_user::text as "user", current_setting('role') as role,
  coalesce(current_setting('app.tenant_id', true), '') as tenant_setting, pg_my_temp_schema()::int as temporary,
  (select count(*)::int from pg_prepared_statements) as prepared, (select count(*)::int from pg_cursors where is_holdable) as cursors,
  (select count(*)::int from pg_listening_channels()) as listening,
  (select count(*)::int from pg_locks where pid = pg_backend_pid() and locktype = 'advisory') as locks,
  (select coalesce(string_agg(name || '=' || setting, '; ' order by name collate "C"), '') from pg_settings where source = 'session') as settings`;

/** The rows, rights and objects that an attack could have changed, each as a digest. */
const FINGERPRINT = `select
  (select string_agg(md5(r::text), '' order by r.oid) from pg_authid r where r.rolname = any ($1) or r.rolname like 'kpi\\_%') as roles,
  (select md5(string_agg(s::text, '' order by s::text)) from pg_db_role_setting s
    where s.setrole = any (select oid from pg_roles where rolname = any ($1) or rolname like 'kpi\\_%')) as settings,
  (select md5(string_agg(concat(oid, relname, relowner, relacl, relrowsecurity, relforcerowsecurity), '' order by oid)) from pg_class
    where relnamespace not in (select oid from pg_namespace where nspname ~ '^pg_')) as relations,
  (select md5(string_agg(concat(oid, proname, prosrc, proacl), '' order by oid)) from pg_proc) as functions,
  (select md5(string_agg(concat(oid, nspname, nspacl), '' order by oid)) from pg_namespace where nspname !~ '^pg_') as schemas,
  (select md5(string_agg(p::text, '' order by oid)) from pg_policy p) as policies,
  (select count(*)::int from pg_largeobject_metadata) as large_objects, (select count(*)::int from pg_extension) as extensions,
  (select count(*)::int from pg_replication_slots) as slots,
  (select md5(string_agg(o::text, '' order by o::text)) from public.source_orders o) as orders,
  (select md5(string_agg(t::text, '' order by t::text)) from public.tenants t) as tenants,
  (select count(*)::int from public.order_links) as links, (select count(*)::int from graphile_worker._private_jobs) as jobs,
  (select last_value::text || is_called from ops.read_seq) as sequence,
  (select count(*)::int from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory' and a.usename = any ($1)) as locks`;

/** Two companies behind a gateway whose sessions are used again, and a way to attack in a session of the reader's own. */
export class AttackRig {
  readonly rig: GatewayRig;
  readonly #object: string;
  readonly #tokens: { readonly attacker: string; readonly colleague: string; readonly victim: string };

  private constructor(rig: GatewayRig, object: string, tokens: { attacker: string; colleague: string; victim: string }) {
    this.rig = rig;
    this.#object = object;
    this.#tokens = tokens;
  }

  static async open(): Promise<AttackRig> {
    const rig = await GatewayRig.open({ queryMs: 1500, maxConnections: 2, perTenant: 1 });
    const { a, b, seeder } = rig.two;
    await seeder.insert('public.users', { id: 'user_ANA2' });
    await seeder.insert('public.user_tenants', { tenant_id: a.tenantId, user_id: 'user_ANA2' });
    const { rows } = await seeder.client.query<{ id: string }>("select lo_from_bytea(0, convert_to($1, 'UTF8'))::text as id", [b.mark]);
    for (let i = 0; i < 300; i += 1)
      await seeder.insert('public.conversations', { tenant_id: b.tenantId, source_id: `t${i}`, channel: 'Telegrama' });
    await seeder.client.query('analyze public.conversations');
    // The victim is at work while it is attacked.
    const victim = await rig.two.connect(b.role);
    await victim.query(`select '${b.mark}'`);
    const tokens = { attacker: await rig.session('ANA'), colleague: await rig.session('ANA2'), victim: await rig.session('BETO') };
    return new AttackRig(rig, rows[0]!.id, tokens);
  }

  close(): Promise<void> {
    return this.rig.close();
  }

  /** The attacker is assumed to know everything about the victim but its rows. */
  aimed(say: string): string {
    const { a, b } = this.rig.two;
    return say
      .replaceAll('$victim', b.tenantId)
      .replaceAll('$role', b.role)
      .replaceAll('$self', a.role)
      .replaceAll('$mark', b.mark)
      .replaceAll('$object', this.#object);
  }

  async fingerprint(): Promise<unknown> {
    const { a, b, seeder } = this.rig.two;
    return (await seeder.client.query(FINGERPRINT, [[a.role, b.role]])).rows[0];
  }

  /** In a session of the reader's own, in which read-only is switched off; afterwards it must be as a new one once it is discarded. */
  async direct({ say }: Attempt): Promise<Loot> {
    const client = new pg.Client({ connectionString: this.rig.two.database.url(this.rig.two.a.role) });
    await client.connect();
    const heard: string[] = [];
    client.on('notice', (notice) => heard.push(JSON.stringify(notice)));
    client.on('notification', (notification) => heard.push(JSON.stringify(notification)));
    const values: unknown[] = [];
    let code: string | null = null;
    try {
      await client.query('set default_transaction_read_only = off');
      for (const [i, statement] of say.entries()) {
        try {
          values.push(...(await run(client, this.aimed(statement))));
        } catch (error) {
          if (i < say.length - 1 || !(error instanceof pg.DatabaseError)) throw error;
          code = error.code ?? '';
          heard.push(`${error.message} ${error.detail} ${error.hint} ${error.where}`);
        }
      }
      await client.query('rollback').catch(() => undefined);
      // Switched off it refuses every row, own ones included.
      await client.query('reset row_security');
      this.expectOnlyOwn(JSON.stringify(await run(client, `/* after */ ${qualified(SEE)}`)));
      await client.query('discard all');
      await client.query('reset role');
      const clean = await client.query(STATE);
      expect(clean.rows[0]).toEqual({ ...CLEAN, session: this.rig.two.a.role, user: this.rig.two.a.role });
    } finally {
      await client.end();
    }
    return { text: JSON.stringify(values) + heard.join('\n'), values, code };
  }

  /** Through the gateway, a request for each statement. */
  async query({ say }: Attempt): Promise<Loot> {
    let text = '';
    const values: unknown[] = [];
    let code: string | null = null;
    for (const [i, statement] of say.entries()) {
      const answer = await this.#ask(this.#tokens.attacker, this.rig.two.a.tenantId, this.aimed(statement));
      text += answer.text;
      if (answer.status === 200) values.push(...(answer.body['rows'] as unknown[][]).flat());
      else if (i < say.length - 1) throw new Error(answer.text);
      else {
        expect([answer.status, answer.headers.get('content-type')]).toEqual([422, 'application/problem+json; charset=utf-8']);
        expect(answer.text).not.toMatch(/answer no scroll|cursor without|stack|node_modules|\.ts:/i);
        const word = String(answer.body['code']);
        code = (answer.body['sqlstate'] as string | undefined) ?? word;
        expect(word).toBe(WORDS[code] ?? (code === word ? word : 'sql_error'));
      }
    }
    return { text, values, code };
  }

  /** What the next ones on the same pool get: a colleague of the attacker on the same session, and the victim. */
  async expectClean(): Promise<void> {
    const { a, b } = this.rig.two;
    const state = await this.#ask(this.#tokens.colleague, a.tenantId, STATE);
    const names = (state.body['columns'] as { name: string }[]).map(({ name }) => name);
    const found = Object.fromEntries((state.body['rows'] as unknown[][])[0]!.map((value, i) => [names[i], value]));
    const { settings, ...rest } = found;
    expect(rest).toEqual({ ...CLEAN, settings: undefined, session: a.role, user: a.role });
    // What the gateway sets for each of its transactions, and nothing else.
    expect(
      String(settings)
        .split('; ')
        .map((one) => one.replace(/=.*/, '')),
    ).toEqual(GATEWAY_SETTINGS);
    this.expectOnlyOwn((await this.#ask(this.#tokens.colleague, a.tenantId, SEE)).text);
    const theirs = await this.#ask(this.#tokens.victim, b.tenantId, SEE);
    expect([theirs.status, theirs.text.includes(b.tenantId), theirs.text.includes(b.mark)]).toEqual([200, true, true]);
    expect([theirs.text.includes(a.tenantId), theirs.text.includes(a.mark)]).toEqual([false, false]);
    expect(this.rig.readers.counts).toMatchObject({ active: 0, waiting: 0 });
  }

  expectOnlyOwn(text: string): void {
    expect(text).toContain(this.rig.two.a.tenantId);
    this.expectNothingForeign(text);
  }

  expectNothingForeign(text: string): void {
    expect(text).not.toContain(this.rig.two.b.tenantId);
    expect(text).not.toContain(this.rig.two.b.mark);
  }

  expect(loot: Loot, outcome: Outcome, said: readonly string[]): void {
    // What the attacker said itself may come back in an error.
    this.expectNothingForeign(said.reduce((text, one) => text.replaceAll(JSON.stringify(this.aimed(one)).slice(1, -1), ''), loot.text));
    if (typeof outcome === 'object' && 'refused' in outcome) return expect(loot.code).toBe(outcome.refused);
    expect(loot.code, loot.text.slice(0, 300)).toBeNull();
    if (outcome === 'own rows') return this.expectOnlyOwn(loot.text);
    if (outcome === 'nothing')
      return expect(loot.values.filter((value) => value !== null && value !== '' && Number(value) !== 0)).toEqual([]);
    expect(loot.text).toMatch(outcome.tells === '$role' ? this.rig.two.b.role : outcome.tells);
  }

  #ask(token: string, tenantId: string, sql: string) {
    return this.rig.ask(token, '/api/metabase/query', { tenant_id: tenantId, sql });
  }
}

const CLEAN = { role: 'none', tenant_setting: '', temporary: 0, prepared: 0, cursors: 0, listening: 0, locks: 0, settings: '' };
const GATEWAY_SETTINGS = [
  'DateStyle',
  'IntervalStyle',
  'bytea_output',
  'cursor_tuple_fraction',
  'extra_float_digits',
  'idle_in_transaction_session_timeout',
  'lock_timeout',
  'statement_timeout',
  'transaction_read_only',
  'xmlbinary',
];
/** Codes of the problems that have a word of their own. */
const WORDS: Readonly<Record<string, string>> = { '42501': 'sql_not_allowed', '42601': 'sql_syntax' };

const qualified = (text: string) => text.replaceAll(/\bsource_/g, 'public.source_');

async function run(client: pg.Client, statement: string): Promise<unknown[]> {
  if (/^copy .* to stdout/.test(statement)) {
    const lines: string[] = [];
    for await (const chunk of client.query(copyTo(statement))) lines.push(String(chunk));
    return lines;
  }
  const said: pg.QueryResult | pg.QueryResult[] = await client.query(statement);
  return (Array.isArray(said) ? said : [said]).flatMap(({ rows }) => rows.flatMap((row: Record<string, unknown>) => Object.values(row)));
}
