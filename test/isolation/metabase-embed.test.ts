import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { embedDashboard, signEmbed, type EmbedDeps } from '../../src/metabase/embed.ts';
import { LONGEST_SECONDS } from '../../src/metabase/embed-token.ts';
import type { StoredDashboard } from '../../src/sandbox/metabase/state.ts';
import { MetabaseRig, type RigTenant } from '../support/metabase-rig.ts';

let rig: MetabaseRig;
let deps: EmbedDeps;
beforeAll(async () => {
  rig = await MetabaseRig.open();
  await rig.apply({ tenantId: rig.ana.id });
  await rig.apply({ tenantId: rig.beto.id });
  await rig.apply('executive');
});
afterAll(() => rig.close());
beforeEach(() => {
  deps = rig.embedDeps();
});

const shown = z.object({
  parameters: z.array(z.object({ slug: z.string() })),
  dashcards: z.array(z.object({ id: z.number(), card_id: z.number(), card: z.object({ name: z.string() }) })),
});
const rows = z.object({ status: z.literal('completed'), data: z.object({ rows: z.array(z.array(z.unknown())) }) });

/** Rows of every card of a dashboard, by title, as the browser gets them with this token. */
async function read(token: string, url: Record<string, unknown> = {}): Promise<Record<string, unknown[][]>> {
  const dashboard = shown.parse(JSON.parse((await rig.ask(token)).text));
  const all: Record<string, unknown[][]> = {};
  for (const { id, card_id, card } of dashboard.dashcards) {
    const query = new URLSearchParams({ parameters: JSON.stringify(url) }).toString();
    const answer = await rig.ask(`${token}/dashcard/${id}/card/${card_id}?${query}`);
    expect(answer.status, answer.text).toBe(202);
    all[card.name] = rows.parse(JSON.parse(answer.text)).data.rows;
  }
  return all;
}

const sign = (dashboard: number, params: Record<string, unknown>, more: Record<string, unknown> = {}, head: object = { alg: 'HS256' }) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(head)}.${part({ resource: { dashboard }, params, exp: Math.floor(Date.now() / 1000) + 60, ...more })}`;
  return `${text}.${createHmac('sha256', deps.secret).update(text).digest('base64url')}`;
};
const ventas = async (tenant: RigTenant) => (await embedDashboard(deps, tenant.id, 'ventas')).dashboard.id;
const dashboardOf = async (tenant: RigTenant): Promise<StoredDashboard> => rig.metabase.state.dashboards.get(await ventas(tenant))!;

test('an embedding is a token of ten minutes, a frame and a component; by name, title or id', async () => {
  const embed = await embedDashboard(deps, rig.ana.id, 'ventas');
  expect(embed.iframe_url).toBe(`https://bi.example.cl/embed/dashboard/${embed.token}#bordered=false&titled=true`);
  expect(embed.guest).toEqual({ instanceUrl: 'https://bi.example.cl', component: 'metabase-dashboard' });
  expect(Date.parse(embed.expires_at) - Date.now()).toBeLessThanOrEqual(600_000);
  const claims = JSON.parse(Buffer.from(embed.token.split('.')[1]!, 'base64url').toString('utf8')) as unknown;
  expect(claims).toEqual({
    resource: { dashboard: embed.dashboard.id },
    params: { tenant_id: rig.ana.id, rut: rig.ana.rut },
    exp: Date.parse(embed.expires_at) / 1000,
  });
  for (const name of ['VENTAS ', String(embed.dashboard.id)])
    expect((await embedDashboard(deps, rig.ana.id, name)).dashboard.id).toBe(embed.dashboard.id);
});

test('each company reads its own rows, with filters of the address and without', async () => {
  for (const [tenant, other] of [
    [rig.ana, rig.beto],
    [rig.beto, rig.ana],
  ] as const) {
    const { token } = await embedDashboard(deps, tenant.id, 'ventas');
    const all = await read(token);
    expect(all['Tarjeta todas']).toEqual([[tenant.name]]);
    expect(all['Tarjeta total']).toEqual([['2']]);
    expect(all['Tarjeta ordenes']!.map(([company]) => company)).toEqual([tenant.name, tenant.name]);
    expect((await read(token, { desde: '2020-01-01', hasta: '2020-01-31' }))['Tarjeta ordenes']).toEqual([]);
    expect((await read(token, { estado: 'open' }))['Tarjeta ordenes']).toEqual([]);
    expect(JSON.stringify(all)).not.toContain(other.name);
    // What is locked is not even named to the browser.
    expect(shown.parse(JSON.parse((await rig.ask(token)).text)).parameters.map(({ slug }) => slug)).toEqual(['desde', 'hasta', 'estado']);
  }
});

describe('whichever parameter is tampered with', () => {
  test('a locked one in the address is refused', async () => {
    const { token } = await embedDashboard(deps, rig.ana.id, 'ventas');
    const { id, card_id } = (await dashboardOf(rig.ana)).dashcards[0]!;
    for (const slug of ['tenant_id', 'rut']) {
      const query = encodeURIComponent(JSON.stringify({ [slug]: slug === 'rut' ? rig.beto.rut : rig.beto.id }));
      const answer = await rig.ask(`${token}/dashcard/${id}/card/${card_id}?parameters=${query}`);
      expect(answer).toEqual({ status: 400, text: `You can only specify a value for :${slug} in the JWT.` });
    }
  });

  test.each(['tenant_id', 'rut'])('even one signed with our secret: another company’s %s gives no row', async (slug) => {
    const own = { tenant_id: rig.ana.id, rut: rig.ana.rut };
    const theirs = { tenant_id: rig.beto.id, rut: rig.beto.rut } as const;
    const wrong = { ...own, [slug]: theirs[slug as keyof typeof theirs] };
    for (const params of [wrong, theirs, { ...own, [slug]: "x' or true --" }, { ...own, [slug]: '%' }])
      expect(Object.values(await read(sign(await ventas(rig.ana), params)))).toEqual([[], [], []]);
  });

  test('a locked one that is left out or blank is refused', async () => {
    const id = await ventas(rig.ana);
    expect((await rig.ask(sign(id, { tenant_id: rig.ana.id }))).text).toBe('You must specify a value for :rut in the JWT.');
    expect((await rig.ask(sign(id, { tenant_id: ' ', rut: rig.ana.rut }))).text).toBe(
      'You must specify a value for :tenant_id in the JWT.',
    );
  });

  test('a token of another key, of no algorithm, changed or too old is refused', async () => {
    const id = await ventas(rig.ana);
    const params = { tenant_id: rig.ana.id, rut: rig.ana.rut };
    const [head, , signature] = sign(id, params).split('.');
    const body = Buffer.from(JSON.stringify({ resource: { dashboard: id }, params: { ...params, rut: rig.beto.rut } })).toString(
      'base64url',
    );
    const other = await signEmbed({
      dashboardId: id,
      tenantId: rig.ana.id,
      rut: rig.ana.rut,
      secret: 'ab'.repeat(32),
      now: new Date(),
      ttlSeconds: 60,
    });
    const old = await signEmbed({
      dashboardId: id,
      tenantId: rig.ana.id,
      rut: rig.ana.rut,
      secret: deps.secret,
      now: new Date(Date.now() - 700_000),
      ttlSeconds: 600,
    });
    for (const token of [other.token, `${head}.${body}.${signature}`, sign(id, params, {}, { alg: 'none' }), `${head}.${body}.`])
      expect(await rig.ask(token)).toEqual({ status: 400, text: 'Message seems corrupt or manipulated' });
    expect(await rig.ask(old.token)).toMatchObject({ status: 400, text: expect.stringContaining('Token is expired') });
  });

  test('a token that was seen shows its own dashboard until it ends and a minute more, nothing else, and then nothing', async () => {
    const { token, expires_at } = await embedDashboard(deps, rig.ana.id, 'ventas');
    const own = await dashboardOf(rig.ana);
    const theirs = await dashboardOf(rig.beto);
    const soporte = rig.metabase.state.dashboards.get((await embedDashboard(deps, rig.ana.id, 'soporte')).dashboard.id)!;
    for (let i = 0; i < 2; i += 1) expect(Object.keys(await read(token))).toHaveLength(3);
    // Places and cards of other dashboards are not to be had with it, whichever is named.
    for (const other of [theirs, soporte])
      for (const place of [own.dashcards[0]!.id, other.dashcards[0]!.id])
        expect((await rig.ask(`${token}/dashcard/${place}/card/${other.dashcards[0]!.card_id}`)).status).toBe(404);
    const left = Date.parse(expires_at) - Date.now();
    try {
      rig.ahead.ms = left + 50_000;
      expect((await rig.ask(token)).status).toBe(200);
      rig.ahead.ms = left + 70_000;
      const { id, card_id } = own.dashcards[0]!;
      for (const path of [token, `${token}/dashcard/${id}/card/${card_id}`])
        expect(await rig.ask(path)).toMatchObject({ status: 400, text: expect.stringContaining('Token is expired') });
    } finally {
      rig.ahead.ms = 0;
    }
  });

  test('with another company’s dashboard, Ana’s own token gives no row', async () => {
    const all = await read(sign(await ventas(rig.beto), { tenant_id: rig.ana.id, rut: rig.ana.rut }));
    expect(Object.values(all)).toEqual([[], [], []]);
  });

  test('even a card on which nothing is mapped, and a query of its own, stay with the role of the company', async () => {
    const dashboard = await dashboardOf(rig.ana);
    const card = rig.metabase.state.cards.get(dashboard.dashcards[2]!.card_id!)!;
    const kept = { ...card };
    card.sql = 'select company_name from public.tenants union all select source_ref from public.orders';
    const all = await read(sign(dashboard.id, { tenant_id: rig.beto.id, rut: rig.beto.rut }));
    expect(all['Tarjeta todas']!.flat()).toHaveLength(3);
    expect(all['Tarjeta todas']!.flat()).not.toContain(rig.beto.name);
    Object.assign(card, kept);
  });
});

test('another company’s dashboard, an unknown one and the executive one are not found, each with its reason', async () => {
  const theirs = String(await ventas(rig.beto));
  const executive = [...rig.metabase.state.dashboards.values()].find(({ name }) => name === 'Ejecutiva')!;
  for (const name of [theirs, 'nada', '', String(executive.id), "'; drop table x"])
    await expect(embedDashboard(deps, rig.ana.id, name)).rejects.toMatchObject({ code: 'unknown_dashboard' });
  await expect(embedDashboard(deps, rig.ana.id, 'ejecutiva')).rejects.toMatchObject({ code: 'never_embedded' });
  await rig.seeder.client.query(`delete from ops.metabase_objects where tenant_id = $1 and key = 'soporte'`, [rig.beto.id]);
  await expect(embedDashboard(deps, rig.beto.id, 'soporte')).rejects.toMatchObject({ code: 'not_applied' });
  await rig.apply({ tenantId: rig.beto.id });
});

test('even signed by hand the executive dashboard is not shown', async () => {
  const executive = [...rig.metabase.state.dashboards.values()].find(({ name }) => name === 'Ejecutiva')!;
  expect((await rig.ask(sign(executive.id, {}))).text).toBe('Embedding is not enabled for this object.');
});

describe('a dashboard is not shown when', () => {
  type Change = (dashboard: StoredDashboard) => void;
  const cardOf = (dashboard: StoredDashboard, at: number) => rig.metabase.state.cards.get(dashboard.dashcards[at]!.card_id!)!;
  const text =
    (visualization_settings: Record<string, unknown>): Change =>
    (dashboard) =>
      dashboard.dashcards.push({
        ...dashboard.dashcards[0]!,
        id: 9999,
        card_id: null,
        parameter_mappings: [],
        series: [],
        visualization_settings,
      });
  const cases: [string, Change, string][] = [
    ['a card maps nothing', (d) => (d.dashcards[1]!.parameter_mappings = []), 'does not map the locked parameter tenant_id'],
    ['a card maps one of two', (d) => d.dashcards[1]!.parameter_mappings.pop(), 'does not map the locked parameter rut'],
    [
      'a parameter maps to another variable',
      (d) => (d.dashcards[1]!.parameter_mappings[0]!.target = ['variable', ['template-tag', 'x']]),
      'does not map the locked parameter tenant_id',
    ],
    ['a parameter is not locked', (d) => (d.embedding_params['rut'] = 'enabled'), 'parameter rut is not locked'],
    ['a card is on another connection', (d) => (cardOf(d, 0).database_id = cardOf(betos!, 0).database_id), 'not on the tenant'],
    ['a series card maps nothing', (d) => d.dashcards[0]!.series.push({ id: betos!.dashcards[0]!.card_id! }), 'not on the tenant'],
    ['a card runs without the company', (d) => (cardOf(d, 2).sql = 'select 1 [[and {{tenant_id}}]]'), 'runs without {{tenant_id}}'],
    [
      'a card runs without the company where one optional part is within another',
      (d) => (cardOf(d, 2).sql = 'select 1 where true [[ and true [[ and true ]] and {{tenant_id}} <> {{rut}} ]]'),
      'runs without {{rut}}',
    ],
    [
      'a card names the company in a comment',
      (d) => (cardOf(d, 2).sql = 'select 1 -- {{tenant_id}} {{rut}}'),
      'runs without {{tenant_id}}',
    ],
    ['a card names the company in a text', (d) => (cardOf(d, 2).sql = "select '{{tenant_id}}', '{{rut}}'"), 'runs without {{rut}}'],
    [
      'the choices of a filter come from a question',
      (d) => Object.assign(d.parameters[2]!, { values_source_type: 'card', values_source_config: { card_id: cardOf(betos!, 0).id } }),
      'come from a question',
    ],
    ['two parameters have one name', (d) => d.parameters.push({ ...d.parameters[0]!, id: 'other' }), 'two parameters have the same name'],
    ['a card refers to another question', (d) => (cardOf(d, 2).sql += ' {{#17}}'), 'refers to another question'],
    ['there is a frame', text({ virtual_card: { display: 'iframe' } }), 'is a iframe card'],
    ['there is a link', text({ virtual_card: { display: 'link' } }), 'is a link card'],
    ['a text holds a variable', text({ virtual_card: { display: 'text' }, text: 'Ventas de {{rut}}' }), 'holds a variable'],
    ['it is not published', (d) => (d.enable_embedding = false), 'embedding is not enabled'],
    ['it is in the trash', (d) => (d.archived = true), 'in the trash'],
  ];
  let betos: StoredDashboard | null = null;
  test.each(cases)('%s', async (_, change, reason) => {
    betos = await dashboardOf(rig.beto);
    const { state } = rig.metabase;
    const dashboard = await dashboardOf(rig.ana);
    const kept = structuredClone([[...state.dashboards], [...state.cards]] as const);
    change(dashboard);
    try {
      const refused = await embedDashboard(rig.embedDeps(), rig.ana.id, 'ventas').catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: 'preflight_failed',
        reasons: expect.arrayContaining([expect.stringContaining(reason)]) as unknown,
      });
    } finally {
      for (const [id, one] of kept[0]) state.dashboards.set(id, one);
      for (const [id, one] of kept[1]) state.cards.set(id, one);
    }
  });

  test('words alone do no harm', async () => {
    const dashboard = await dashboardOf(rig.ana);
    text({ virtual_card: { display: 'heading' }, text: 'Lo vendido' })(dashboard);
    await embedDashboard(rig.embedDeps(), rig.ana.id, 'ventas');
    dashboard.dashcards.pop();
  });
});

test('what passed is not asked again for five minutes; what failed is', async () => {
  const asked = () => rig.metabase.log.filter((line) => line.startsWith('GET /api/dashboard')).length;
  const before = asked();
  await Promise.all([1, 2, 3].map(() => embedDashboard(deps, rig.ana.id, 'ventas')));
  expect(asked() - before).toBe(1);
  const dashboard = await dashboardOf(rig.ana);
  dashboard.enable_embedding = false;
  const later = { ...deps, now: () => new Date(Date.now() + 301_000) };
  for (const _ of [1, 2]) await expect(embedDashboard(later, rig.ana.id, 'ventas')).rejects.toMatchObject({ code: 'preflight_failed' });
  dashboard.enable_embedding = true;
  await embedDashboard(later, rig.ana.id, 'ventas');
});

test('a token is never signed for longer than ten minutes, nor with half a secret', async () => {
  const claims = { dashboardId: 1, tenantId: 'x', rut: 'x', secret: deps.secret, now: new Date(), ttlSeconds: LONGEST_SECONDS };
  await signEmbed(claims);
  for (const ttlSeconds of [601, 0, -1, Number.NaN]) await expect(signEmbed({ ...claims, ttlSeconds })).rejects.toThrow('a token lives');
  await expect(signEmbed({ ...claims, secret: 'ab' })).rejects.toThrow('64 hexadecimal digits');
});
