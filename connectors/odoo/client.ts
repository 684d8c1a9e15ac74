import { SourceError, type Http, type ReadContext } from '#contract';
import { z } from 'zod';
import type { OdooSettings } from './settings.ts';
import { json2 } from './transports/json2.ts';
import { jsonRpc } from './transports/json-rpc.ts';
import type { Transport } from './transports/transport.ts';
import { xmlRpc } from './transports/xml-rpc.ts';
import { probe, type ServerFacts } from './version.ts';

/** Search condition in Odoo's prefix notation, e.g. `['|', ['company_id', '=', false], ['company_id', 'in', [1]]]`. */
export type Domain = readonly (readonly [field: string, operator: string, value: unknown] | '|' | '&' | '!')[];

export interface Search {
  readonly domain: Domain;
  readonly fields: readonly string[];
  readonly order?: string;
  readonly limit?: number;
}

/** The calls of Odoo's external API that this connector makes; all of them read. */
export interface OdooClient {
  readonly server: ServerFacts;
  readonly transport: Transport['name'];
  /** @throws SourceError */
  searchRead(model: string, search: Search): Promise<readonly unknown[]>;
  /** @throws SourceError */
  count(model: string, domain: Domain): Promise<number>;
  /** Names of the fields the user may read, or null where the model does not exist (its app is not installed). */
  fields(model: string): Promise<ReadonlySet<string> | null>;
  /** Any other method, with the connection's context unless `args` brings one. @throws SourceError */
  call(model: string, method: string, args: Readonly<Record<string, unknown>>, ids?: readonly number[]): Promise<unknown>;
  uid(): Promise<number>;
}

const records = z.array(z.unknown());
const total = z.int().min(0);
const fieldList = z.record(z.string(), z.unknown());

/** Asks for the version, chooses the transport by it and binds the API to one connection. @throws SourceError */
export async function openClient(context: ReadContext<OdooSettings>): Promise<OdooClient> {
  const { settings } = context;
  const server = await probe(context);
  const transport = choose(context, server);
  const seen = new Map<string, ReadonlySet<string> | null>();
  // Archived records are wanted too, and the language of the bot user must not decide how products are called.
  const userContext = { active_test: false, lang: settings.lang, tz: 'UTC', allowed_company_ids: settings.company_id };

  const call: OdooClient['call'] = (model, method, args, ids) =>
    transport.call({ model, method, args: { context: userContext, ...args }, ...(ids === undefined ? {} : { ids }) });

  return {
    server,
    transport: transport.name,
    call,
    uid: () => transport.uid(),
    async searchRead(model, { domain, fields, order, limit }) {
      // `load: null` gives many2one as bare ids and spares Odoo every display name: nearly twice as fast (measured).
      const args = { domain, fields, load: null, ...(order === undefined ? {} : { order }), ...(limit === undefined ? {} : { limit }) };
      return expected(records, await call(model, 'search_read', args), `${model}/search_read`);
    },
    async count(model, domain) {
      return expected(total, await call(model, 'search_count', { domain }), `${model}/search_count`);
    },
    async fields(model) {
      const before = seen.get(model);
      if (before !== undefined) return before;
      const found = await fieldsOf(call, model);
      seen.set(model, found);
      return found;
    },
  };
}

const clients = new WeakMap<Http, Promise<OdooClient>>();

/**
 * The client of whoever counts many streams through one `http`: asked for version and login once. Not for reading: a walk takes the server's
 * clock from its own. @throws SourceError
 */
export function sharedClient(context: ReadContext<OdooSettings>): Promise<OdooClient> {
  const known = clients.get(context.http);
  if (known !== undefined) return known;
  const opened = openClient(context);
  clients.set(context.http, opened);
  // A failure is not kept: the next stream tries again.
  opened.catch(() => clients.delete(context.http));
  return opened;
}

function choose(context: ReadContext<OdooSettings>, server: ServerFacts): Transport {
  const { transport, api_key: key } = context.settings;
  if (transport === 'json2' && server.major < 19) {
    throw new SourceError({
      kind: 'config',
      code: 'transport_unknown',
      message: `odoo: transport json2 begins with Odoo 19, this is ${server.version}`,
      advice: 'Set transport to auto: kpi connect odoo',
    });
  }
  if (transport === 'xmlrpc') return xmlRpc(context);
  if (transport === 'json2' || (transport === 'auto' && server.major >= 19 && key !== undefined)) return json2(context);
  return jsonRpc(context);
}

async function fieldsOf(call: OdooClient['call'], model: string): Promise<ReadonlySet<string> | null> {
  try {
    const said = await call(model, 'fields_get', { attributes: ['type'] });
    return new Set(Object.keys(expected(fieldList, said, `${model}/fields_get`)));
  } catch (error) {
    if (error instanceof SourceError && error.code === 'model_missing') return null;
    throw error;
  }
}

function expected<T>(schema: z.ZodType<T>, said: unknown, what: string): T {
  const parsed = schema.safeParse(said);
  if (parsed.success) return parsed.data;
  throw new SourceError({
    kind: 'config',
    code: 'unexpected_answer',
    message: `odoo ${what}: answered JSON of an unexpected shape`,
    advice: 'Check that base_url is the address of an Odoo server, and not of a proxy that answers itself.',
  });
}
