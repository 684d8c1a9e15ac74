import type { z } from 'zod';
import type { Connector, Cursor, ReadContext, ReadRequest, Page, Stream } from './connector.ts';
import { SourceError } from './source-error.ts';
import type { WebhookMessage } from './webhook.ts';

/** A request whose cursor has been checked against the stream's own schemas. */
export type TypedRequest<W, K> = (
  | { readonly kind: 'incremental'; readonly from: string | null }
  | { readonly kind: 'backfill'; readonly from: string; readonly until: string }
) & { readonly watermark: W | null; readonly walk: K | null };

export interface StreamDefinition<S, W, K> extends Omit<Stream<S>, 'read'> {
  readonly watermark: z.ZodType<W>;
  readonly walk: z.ZodType<K>;
  read(context: ReadContext<S>, request: TypedRequest<W, K>): AsyncGenerator<Page, void, void>;
}

/**
 * Makes a stream whose stored cursor is checked on every read. A cursor of another version, or one that does not parse,
 * is refused with the command that starts again from the overlap.
 */
export function defineStream<S, W, K>(definition: StreamDefinition<S, W, K>): Stream<S> {
  const { watermark, walk, read, ...data } = definition;
  return {
    ...data,
    read(context, request: ReadRequest) {
      const at = request.cursor === null ? { watermark: null, walk: null } : parseCursor(definition, request.cursor);
      return read.call(definition, context, { ...request, ...at });
    },
  };
}

/** Version of a cursor that a person has reset; streams count theirs from 1. */
const RESET = 0;

function parseCursor<S, W, K>(stream: StreamDefinition<S, W, K>, cursor: Cursor): { watermark: W | null; walk: K | null } {
  const refuse = (why: string) =>
    new SourceError({
      kind: 'config',
      code: 'cursor_refused',
      message: `the stored cursor of stream ${stream.name} ${why}`,
      advice: `Start the stream again from its overlap: kpi sync --stream ${stream.name} --reset-cursor`,
    });
  if (cursor.v === RESET) {
    // A person said to start again: from the overlap below a mark that can still be read, else from the start.
    const known = stream.watermark.nullable().safeParse(cursor.watermark ?? null);
    return { watermark: known.success ? known.data : null, walk: null };
  }
  if (cursor.v !== stream.cursorVersion) throw refuse(`has version ${cursor.v}, this release reads version ${stream.cursorVersion}`);
  const watermark = stream.watermark.nullable().safeParse(cursor.watermark ?? null);
  const walk = stream.walk.nullable().safeParse(cursor.walk ?? null);
  if (!watermark.success || !walk.success) throw refuse('does not have the expected shape');
  return { watermark: watermark.data, walk: walk.data };
}

/** Gives a connector literal its settings type. The registry holds them all as `Connector`, parsing before use. */
export function defineConnector<S>(connector: Connector<S>): Connector {
  const parse = (settings: unknown): S => connector.settings.parse(settings);
  const typed = (context: ReadContext<unknown>): ReadContext<S> => ({ ...context, settings: parse(context.settings) });
  const { webhook } = connector;
  return {
    id: connector.id,
    title: connector.title,
    settings: connector.settings,
    accountKey: (settings, facts) => connector.accountKey(parse(settings), facts),
    host: (settings) => connector.host(parse(settings)),
    recordUrl: (settings, record) => connector.recordUrl(settings, record),
    check: (context) => connector.check(typed(context)),
    ...(webhook === undefined ? {} : { webhook: (settings: unknown, message: WebhookMessage) => webhook(parse(settings), message) }),
    streams: connector.streams.map(({ counting, listing, rereading, totals, ...stream }) => ({
      ...stream,
      read: (context, request) => stream.read(typed(context), request),
      ...(counting === undefined ? {} : { counting: { ...counting, count: (context, ranges) => counting.count(typed(context), ranges) } }),
      ...(rereading === undefined ? {} : { rereading: { ...rereading, read: (context, ids) => rereading.read(typed(context), ids) } }),
      ...(totals === undefined ? {} : { totals: { ...totals, read: (context, days) => totals.read(typed(context), days) } }),
      ...(listing === undefined
        ? {}
        : {
            listing: {
              ...listing,
              list: (context, range) => listing.list(typed(context), range),
              look: (context, ids) => listing.look(typed(context), ids),
            },
          }),
    })),
  };
}
