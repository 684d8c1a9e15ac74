import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ALERT_KINDS, type AlertKind } from '../../src/alerts/alert-kinds.ts';
import { messageBody } from '../../src/alerts/payload.ts';
import { builtIn } from '../../src/alerts/rules.ts';
import { signedHeaders } from '../../src/alerts/sign.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/n8n/alert-router.json'), 'utf8');
const node = z.object({ name: z.string(), type: z.string(), id: z.uuid(), parameters: z.record(z.string(), z.unknown()) });
const outputs = z.array(z.array(z.object({ node: z.string(), type: z.literal('main'), index: z.literal(0) })));
const workflow = z
  .object({ name: z.string(), nodes: z.array(node.loose()), connections: z.record(z.string(), z.object({ main: outputs })) })
  .parse(JSON.parse(text));
const named = (name: string) => workflow.nodes.find((one) => one.name === name)!;

const SECRET = 'a-secret-of-the-webhook';
type Item = { json: Record<string, unknown> };

/** Runs a Code node as n8n does: its text as the body of an asynchronous function, without modules. */
async function runCode(name: string, items: readonly Item[], raw = ''): Promise<Item[]> {
  const helpers = { getBinaryDataBuffer: () => Promise.resolve(Buffer.from(raw)) };
  const context = createContext({ $input: { all: () => structuredClone(items) }, self: { helpers } });
  const code = String(named(name).parameters['jsCode']);
  const result: unknown = await runInContext(`(async function () { ${code}\n}).call(self)`, context);
  return JSON.parse(JSON.stringify(result)) as Item[];
}

/** The Crypto node, as its parameters say. */
function runCrypto(items: readonly Item[]): Item[] {
  const { action, type, encoding, value, dataPropertyName } = named('Calcular firma').parameters;
  expect({ action, type, encoding, value }).toEqual({ action: 'hmac', type: 'SHA256', encoding: 'hex', value: '={{ $json.signed }}' });
  return items.map(({ json }) => {
    const computed = createHmac('sha256', SECRET).update(String(json['signed'])).digest('hex');
    return { json: { ...json, [String(dataPropertyName)]: computed } };
  });
}

/** A message of ours through the nodes up to the decision. */
async function received(body: string, headers: Record<string, string>): Promise<Record<string, unknown>> {
  const read = await runCode('Leer mensaje', [{ json: { headers, body: {} } }], body);
  return (await runCode('Comprobar firma y edad', runCrypto(read)))[0]!.json;
}

function message(kind: AlertKind = 'sales_below', event: 'firing' | 'resolved' | 'test' = 'firing', id: string = randomUUID()): string {
  const tenant = { id: randomUUID(), rut: '76042235-5', name: 'Tienda Ñandú', currency: 'CLP', time_zone: 'America/Santiago' };
  const finding = {
    subject: 's',
    title: 'Venta',
    occasion: null,
    value: '9999',
    breach: true,
    because: null,
    cells: [['2025-11-26', '9999', 'CLP', 1, '0']],
  };
  const rule = { ...builtIn(kind), from: 'built-in', idleBecause: null } as const;
  return messageBody({
    deliveryId: id,
    tenant,
    rule,
    event,
    findings: [finding],
    at: new Date(),
    link: 'https://portal.example/{rut}/{dashboard}',
  });
}

const signed = (body: string, at = new Date(), secret = SECRET) =>
  signedHeaders(secret, body, (JSON.parse(body) as { delivery_id: string }).delivery_id, at);

test('every node is connected, each connection leads to a node, and names and ids are unique', () => {
  const names = workflow.nodes.map((one) => one.name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(workflow.nodes.map((one) => one.id)).size).toBe(names.length);
  const triggers = workflow.nodes.filter((one) => one.type.endsWith('.webhook')).map((one) => one.name);
  expect(triggers).toHaveLength(2);
  const reached = new Set(triggers);
  for (const from of reached)
    for (const { node: to } of workflow.connections[from]?.main.flat() ?? []) {
      expect(names).toContain(to);
      reached.add(to);
    }
  expect([...reached].toSorted()).toEqual(names.toSorted());
  expect(Object.keys(workflow.connections).filter((name) => !names.includes(name))).toEqual([]);
  // A webhook that waits for an answer gets one, whichever way the decision goes.
  expect(workflow.connections['¿Auténtico?']?.main.map((ways) => ways.map((way) => way.node))).toEqual([
    ['Responder 200'],
    ['Responder 401'],
  ]);
});

test('no credential and no destination is inside, and nothing of the host is asked for', () => {
  expect(workflow.nodes.filter((one) => 'credentials' in one)).toEqual([]);
  expect(text).not.toMatch(/\$env|\$vars|require\(|eyJ|Bearer [A-Za-z0-9]|xox[bp]-|password/);
  const { assignments } = z
    .object({ assignments: z.object({ assignments: z.array(z.object({ value: z.string() })) }) })
    .parse(named('Destinos').parameters);
  expect(assignments.assignments.map(({ value }) => value).join('')).toBe('');
});

test('a message of ours is accepted, with every letter of it', async () => {
  const body = message();
  expect(await received(body, signed(body))).toMatchObject({
    accepted: true,
    source: 'kpi-sync',
    key: (JSON.parse(body) as { delivery_id: string }).delivery_id,
    alert: JSON.parse(body) as unknown,
  });
});

test.each<[string, (body: string) => [string, Record<string, string>], string]>([
  ['another key', (body) => [body, signed(body, new Date(), 'another-secret-altogether')], 'firma incorrecta'],
  ['a changed body', (body) => [body.replace('9999', '9998'), signed(body)], 'firma incorrecta'],
  [
    'a new timestamp on an old signature',
    (body) => [body, { ...signed(body, new Date(Date.now() - 3_600_000)), 'x-kpi-timestamp': signed(body)['x-kpi-timestamp']! }],
    'firma incorrecta',
  ],
  ['an old message sent again', (body) => [body, signed(body, new Date(Date.now() - 301_000))], 'mensaje demasiado antiguo'],
  ['one from the future', (body) => [body, signed(body, new Date(Date.now() + 310_000))], 'mensaje demasiado antiguo'],
  ['no signature', (body) => [body, {}], 'firma incorrecta'],
  ['another idempotency key', (body) => [body, { ...signed(body), 'idempotency-key': randomUUID() }], 'la clave no es la del cuerpo'],
  [
    'a body that is no alert',
    () => ['{"type":"x","delivery_id":"k"}', signedHeaders(SECRET, '{"type":"x","delivery_id":"k"}', 'k', new Date())],
    'no es una alerta de esta versión',
  ],
  ['a body that is no JSON', () => ['hola', signedHeaders(SECRET, 'hola', 'k', new Date())], 'el cuerpo no es JSON'],
])('refused: %s', async (_, forge, reason) => {
  expect(await received(...forge(message()))).toEqual({ accepted: false, reason });
});

test('a message that comes again within its five minutes goes nowhere: no channel is reached but past the node that knows its key', () => {
  const { operation, logic, dedupeValue } = named('Sin repetidos').parameters;
  expect({ operation, logic, dedupeValue }).toEqual({
    operation: 'removeItemsSeenInPreviousExecutions',
    logic: 'removeItemsWithAlreadySeenKeyValues',
    dedupeValue: '={{ $json.key }}',
  });
  const reached = new Set(['Webhook kpi-sync', 'Webhook Metabase']);
  for (const from of reached)
    for (const { node: to } of workflow.connections[from]?.main.flat() ?? []) if (to !== 'Sin repetidos') reached.add(to);
  const channels = workflow.nodes.filter(({ type }) => /\.(?:httpRequest|emailSend|slack)$/.test(type)).map(({ name }) => name);
  expect(channels).toHaveLength(4);
  expect(channels.filter((name) => reached.has(name))).toEqual([]);
});

/** As Metabase sends it (its channel adds the header that the webhook asks for). */
const FROM_METABASE = {
  type: 'alert',
  alert_id: 7,
  alert_creator_id: 1,
  alert_creator_name: 'A B',
  data: {
    type: 'question',
    question_id: 1,
    question_name: 'Ventas bajas',
    question_url: 'https://metabase.example/question/1',
    visualization: 'data:image/png;base64,AAAA',
    raw_data: { cols: ['day', 'total'], rows: [['2025-11-26', 10]] },
  },
  sent_at: '2025-11-27T11:00:00Z',
};

async function classified(item: Record<string, unknown>, config: Record<string, string> = ALL): Promise<Record<string, unknown>> {
  return (await runCode('Clasificar', [{ json: { ...item, config } }]))[0]!.json;
}
const ALL = { whatsapp_to: '1', email_to: 'a@x.cl', slack_channel: 'alertas', chatwoot_url: 'https://chat.example' };

test('Metabase’s own webhook goes the same way: known by alert and time, under its own authentication', async () => {
  expect(named('Webhook Metabase').parameters['authentication']).toBe('headerAuth');
  const [read] = await runCode('Leer aviso de Metabase', [{ json: { headers: {}, body: FROM_METABASE } }]);
  expect(read!.json).toMatchObject({ accepted: true, key: 'metabase:7:2025-11-27T11:00:00Z' });
  expect(await classified(read!.json)).toMatchObject({
    kind: 'metabase',
    title: '🟠 Ventas bajas',
    text: 'Ventas bajas: 1 fila.\nhttps://metabase.example/question/1',
    email: true,
    slack: true,
    whatsapp: false,
    ticket: false,
  });
  await expect(runCode('Leer aviso de Metabase', [{ json: { headers: {}, body: {} } }])).rejects.toThrow('no es una alerta de Metabase');
});

test('every kind has its channels; what is critical goes everywhere, an end only to Slack, and a channel without a destination is off', async () => {
  const to = async (kind: AlertKind, event: 'firing' | 'resolved' | 'test', config = ALL) => {
    const body = message(kind, event);
    const found = await classified(await received(body, signed(body)), config);
    return ['whatsapp', 'email', 'slack', 'ticket'].filter((channel) => found[channel] === true);
  };
  for (const kind of ALERT_KINDS) expect((await to(kind, 'firing')).length, kind).toBeGreaterThan(1);
  expect(await to('sales_below', 'firing')).toEqual(['email', 'slack']);
  expect(await to('tickets_unanswered', 'firing')).toEqual(['whatsapp', 'slack', 'ticket']);
  expect(await to('stream_stale', 'firing')).toEqual(['whatsapp', 'email', 'slack', 'ticket']);
  expect(await to('stream_stale', 'resolved')).toEqual(['slack']);
  expect(await to('sales_below', 'test')).toEqual(['whatsapp', 'email', 'slack', 'ticket']);
  expect(await to('stream_stale', 'firing', { ...ALL, whatsapp_to: '', chatwoot_url: '' })).toEqual(['email', 'slack']);
});
