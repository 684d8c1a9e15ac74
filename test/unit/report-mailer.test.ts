import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { signedHeaders } from '../../src/alerts/sign.ts';
import { reportMessage, ReportTooLarge } from '../../src/reports/report-message.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/n8n/report-mailer.json'), 'utf8');
const node = z.object({ name: z.string(), type: z.string(), id: z.uuid(), parameters: z.record(z.string(), z.unknown()) });
const outputs = z.array(z.array(z.object({ node: z.string(), type: z.literal('main'), index: z.literal(0) })));
const workflow = z
  .object({ name: z.string(), nodes: z.array(node.loose()), connections: z.record(z.string(), z.object({ main: outputs })) })
  .parse(JSON.parse(text));
const named = (name: string) => workflow.nodes.find((one) => one.name === name)!;
const nextOf = (name: string) => workflow.connections[name]?.main.map((ways) => ways.map((way) => way.node));

const SECRET = 'a-secret-of-the-webhook';
const FILE = Buffer.from('%PDF-1.7 año');
type Item = { json: Record<string, unknown>; binary?: Record<string, { data: string; mimeType: string; fileName: string }> };

/** What the workflow keeps between its runs. */
const memory: Record<string, unknown> = {};

/** Runs a Code node as n8n does: its text as the body of an asynchronous function, without modules. */
async function runCode(
  name: string,
  items: readonly Item[],
  { raw = '', before = items }: { raw?: string; before?: readonly Item[] } = {},
): Promise<Item[]> {
  const helpers = { getBinaryDataBuffer: () => Promise.resolve(Buffer.from(raw)) };
  const context = createContext({
    $input: { all: () => structuredClone(items) },
    $: () => ({ first: () => before[0] }),
    $getWorkflowStaticData: () => memory,
    self: { helpers },
  });
  const result: unknown = await runInContext(`(async function () { ${String(named(name).parameters['jsCode'])}\n}).call(self)`, context);
  return JSON.parse(JSON.stringify(result)) as Item[];
}

function message(id: string = randomUUID(), route = 'gerencia', bytes = FILE): string {
  const report = { html: '', title: 'Ventas', from: '2026-11-01', until: '2026-11-30', readAt: new Date(), cards: 25 };
  return reportMessage({
    deliveryId: id,
    tenant: { id: randomUUID(), rut: '76042235-5', name: 'Tienda Ñandú' },
    route,
    cadence: 'monthly',
    dueOn: '2026-12-01',
    dashboard: 'ventas',
    printed: { report, file: { bytes, mediaType: 'application/pdf' } },
  });
}

const keyOf = (body: string) => (JSON.parse(body) as { delivery_id: string }).delivery_id;
const signed = (body: string, at = new Date(), secret = SECRET) => signedHeaders(secret, body, keyOf(body), at);

/** A message of ours through the nodes up to the first decision. */
async function received(body: string, headers: Record<string, string> = signed(body)): Promise<Item> {
  const [read] = await runCode('Leer mensaje', [{ json: { headers, body: {} } }], { raw: body });
  const { action, type, encoding, value, dataPropertyName } = named('Calcular firma').parameters;
  expect({ action, type, encoding, value }).toEqual({ action: 'hmac', type: 'SHA256', encoding: 'hex', value: '={{ $json.signed }}' });
  const computed = createHmac('sha256', SECRET).update(String(read!.json['signed'])).digest('hex');
  return (await runCode('Comprobar firma y edad', [{ json: { ...read!.json, [String(dataPropertyName)]: computed } }]))[0]!;
}

const ROUTES = 'gerencia: ana@tienda.cl, beto@tienda.cl\n76042235-5/atencion: soporte@tienda.cl\natencion: otra@otra.cl\n';
const prepared = async (body: string, rutas = ROUTES) => {
  const item = await received(body);
  return (await runCode('Preparar correo', [{ json: { ...item.json, config: { email_from: 'kpi@tienda.cl', rutas } } }]))[0]!;
};

test('every node is connected, each connection leads to a node, and every way ends in an answer', () => {
  const names = workflow.nodes.map((one) => one.name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(workflow.nodes.map((one) => one.id)).size).toBe(names.length);
  const reached = new Set(['Webhook informes']);
  for (const from of reached)
    for (const to of nextOf(from)?.flat() ?? []) {
      expect(names).toContain(to);
      reached.add(to);
    }
  expect([...reached].toSorted()).toEqual(names.toSorted());
  for (const name of names.filter((one) => nextOf(one) === undefined)) expect(named(name).type).toBe('n8n-nodes-base.respondToWebhook');
  expect(nextOf('Correo')).toEqual([['Anotar enviado'], ['Responder 503']]);
  expect(nextOf('¿Enviar?')).toEqual([['Correo'], ['Responder sin enviar']]);
});

test('no credential and no address is inside, and nothing of the host is asked for', () => {
  expect(workflow.nodes.filter((one) => 'credentials' in one)).toEqual([]);
  expect(text).not.toMatch(/\$env|\$vars|require\(|eyJ|Bearer |password|@[a-z]+\.(?:cl|com)/);
});

test('a report goes to the addresses of its route, with its file; the company’s own route wins', async () => {
  const item = await prepared(message());
  expect(item.json).toMatchObject({
    send: true,
    to: 'ana@tienda.cl, beto@tienda.cl',
    from: 'kpi@tienda.cl',
    subject: 'Ventas · Tienda Ñandú · 01-11-2026 a 30-11-2026',
    text: 'Adjuntamos el informe «Ventas» de Tienda Ñandú (01-11-2026 a 30-11-2026).',
  });
  const { informe } = item.binary!;
  expect({ ...informe, data: Buffer.from(informe!.data, 'base64').toString() }).toEqual({
    data: FILE.toString(),
    mimeType: 'application/pdf',
    fileName: 'ventas-76042235-5-2026-11-30.pdf',
  });
  expect(named('Correo').parameters['options']).toMatchObject({ attachments: 'informe' });
  expect((await prepared(message(randomUUID(), 'atencion'))).json['to']).toBe('soporte@tienda.cl');
});

test('a mail that left is not sent again; one that failed is', async () => {
  const body = message();
  const first = await prepared(body);
  // The mail failed: nothing is noted, the service gets 503 and comes back.
  expect((await prepared(body)).json['send']).toBe(true);
  await runCode('Anotar enviado', [], { before: [first] });
  expect((await prepared(body)).json).toMatchObject({ send: false, status: 200, answer: { duplicate: true } });
  expect((await prepared(message())).json['send']).toBe(true);
});

test('a route without addresses is a refusal that a person sees, not a mail to nobody', async () => {
  expect((await prepared(message(randomUUID(), 'nadie'))).json).toMatchObject({ send: false, status: 422 });
  expect((await prepared(message(), '')).json).toMatchObject({ send: false, status: 422 });
});

test.each<[string, (body: string) => [string, Record<string, string>], string]>([
  ['another key', (body) => [body, signed(body, new Date(), 'another-secret-altogether')], 'firma incorrecta'],
  [
    'a changed file',
    (body) => [body.replace(FILE.toString('base64'), Buffer.from('x').toString('base64')), signed(body)],
    'firma incorrecta',
  ],
  ['an old message sent again', (body) => [body, signed(body, new Date(Date.now() - 301_000))], 'mensaje demasiado antiguo'],
  ['another idempotency key', (body) => [body, { ...signed(body), 'idempotency-key': randomUUID() }], 'la clave no es la del cuerpo'],
  [
    'an alert',
    () => ['{"type":"alert","delivery_id":"k"}', signedHeaders(SECRET, '{"type":"alert","delivery_id":"k"}', 'k', new Date())],
    'no es un informe de esta versión',
  ],
])('refused: %s', async (_, forge, reason) => {
  expect((await received(...forge(message()))).json).toEqual({ accepted: false, reason });
});

test('a file that no message could carry is said to be too large', () => {
  expect(() => message(randomUUID(), 'gerencia', Buffer.alloc(12 * 1024 * 1024))).toThrow(ReportTooLarge);
});
