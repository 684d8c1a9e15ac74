import {
  defineStream,
  SourceError,
  type Draft,
  type Entity,
  type CountedRows,
  type InstantRange,
  type Notice,
  type Page,
  type RangeCounts,
  type ReadContext,
  type Reject,
  type Stream,
  type StreamName,
} from '#contract';
import { openClient, sharedClient, type Domain, type OdooClient } from './client.ts';
import { recordOf } from './reread.ts';
import { listingOf, totalsOf, type AccountedModel } from './accounts.ts';
import { companyDomain } from './company-domain.ts';
import { NOTICES, type Meaning } from './notices.ts';
import type { OdooSettings } from './settings.ts';
import {
  OVERLAP_SECONDS,
  ceilSecond,
  earlier,
  floorSecond,
  lastIdOf,
  later,
  naive,
  walkSchema,
  watermarkSchema,
  dayDomain,
  windowDomain,
  windowOf,
  type Walk,
  type WindowRequest,
} from './window.ts';

/** What a page of raw records became. */
export interface Mapped {
  readonly drafts: readonly Draft[];
  readonly rejects: readonly Reject[];
  /** Records left out on purpose, counted by rule. */
  readonly excluded?: Readonly<Record<string, number>>;
}

export interface WindowedSpec<F> extends AccountedModel {
  readonly name: StreamName;
  readonly description: string;
  readonly entities: readonly Entity[];
  readonly model: string;
  readonly intervalSeconds: number;
  /** Records per page: beyond 2,000 nothing gets faster (measured). */
  readonly pageSize: number;
  /** The stream cannot do without these; the rest of `wanted` may be missing in a version or for a user. */
  readonly required: readonly string[];
  readonly wanted: (settings: OdooSettings) => readonly string[];
  /** Records without a company belong to all of them (products, partners, rates …) or cannot exist (orders). */
  readonly shared: boolean;
  /** Of the model's records, those of this condition only. */
  readonly domain?: Domain;
  /** The field a backfill goes by. */
  readonly businessField: string;
  /** Whether that field is a date without time: then the days a range touches are read whole. */
  readonly businessDays?: boolean;
  /** Where the records themselves are stored, if they can be told apart there by `businessField`. */
  readonly rows: CountedRows | null;
  /** Path of another record's `write_date`, of which a change is one of this record too, where the model has its first field. */
  readonly alsoChanged?: string;
  /** What is missing where the user may not read the model at all: then the stream says so and ends, and the others go on. */
  readonly withoutRight?: Meaning;
  /** Set where a request's `from` narrows an incremental walk: the path of the date it is compared with. */
  readonly fromField?: string;
  /** Fields worth telling about when they cannot be read: what their absence means. */
  readonly missed?: Readonly<Record<string, Meaning>>;
  /** What mapping needs to know beside the records, read once per walk. */
  prepare(client: OdooClient, settings: OdooSettings): Promise<F>;
  map(records: readonly unknown[], facts: F, client: OdooClient): Promise<Mapped> | Mapped;
  /** What `prepare` and `map` found that an operator should know; asked at the end of a walk. */
  notices?(facts: F): readonly Notice[];
}

/** A stream read by fixed `write_date` windows and paged by id within them. See `window.ts` for why not otherwise. */
export function windowedStream<F>(spec: WindowedSpec<F>): Stream<OdooSettings> {
  const totals = totalsOf(spec);
  return defineStream<OdooSettings, string, Walk>({
    name: spec.name,
    description: spec.description,
    entities: spec.entities,
    cursorVersion: 1,
    overlapSeconds: OVERLAP_SECONDS,
    backfill: 'time-window',
    deletions: 'sweep',
    intervalSeconds: spec.intervalSeconds,
    listing: listingOf(spec),
    ...(totals === undefined ? {} : { totals }),
    watermark: watermarkSchema,
    walk: walkSchema,
    counting: { entity: spec.entities[0]!, rows: spec.rows, count: (context, ranges) => countRanges(spec, context, ranges) },
    rereading: {
      recordOf: (refused) => recordOf(spec.entities[0]!, refused),
      read: (context, ids) => readByIds(spec, context, ids),
    },
    read: (context, request) =>
      spec.withoutRight === undefined ? readWindow(spec, context, request) : readIfAllowed(spec, spec.withoutRight, context, request),
  });
}

/** Odoo's count of each range; days are counted whole where the field is a date. @throws SourceError */
async function countRanges<F>(
  spec: WindowedSpec<F>,
  context: ReadContext<OdooSettings>,
  ranges: readonly InstantRange[],
): Promise<RangeCounts> {
  const client = await sharedClient(context);
  const precision = spec.businessDays === true ? 'about' : 'exact';
  const counts: RangeCounts['counts'][number][] = [];
  for (const { from, until } of ranges) {
    const walk = { lo: floorSecond(from), hi: ceilSecond(until), lastId: 0 };
    const dated = spec.businessDays === true ? dayDomain(spec.businessField, walk) : windowDomain(spec.businessField, walk);
    try {
      const domain: Domain = [...companyDomain(context.settings, spec.shared), ...(spec.domain ?? []), ...dated];
      counts.push({ count: await client.count(spec.model, domain), precision });
    } catch (error) {
      const notice = emptyBecause(spec, error);
      if (notice === null) throw error;
      return { counts: ranges.map(() => ({ count: 0, precision: 'exact' })), notices: [notice] };
    }
  }
  return { counts, notices: [] };
}

/** Why the stream is empty as a whole, or null when the failure is about something else. */
function emptyBecause<F>(spec: WindowedSpec<F>, error: unknown): Notice | null {
  if (!(error instanceof SourceError)) return null;
  if (error.code === 'model_missing') return NOTICES.modelMissing(spec.model);
  return error.code === 'forbidden' && spec.withoutRight !== undefined ? NOTICES.forbidden(spec.model, spec.withoutRight) : null;
}

/** A stream that may be forbidden as a whole is empty then, with a notice; that a right was lost under way is an error as ever. */
async function* readIfAllowed<F>(
  spec: WindowedSpec<F>,
  withoutRight: Meaning,
  context: ReadContext<OdooSettings>,
  request: WindowRequest,
): AsyncGenerator<Page, void, void> {
  let pages = 0;
  try {
    for await (const page of readWindow(spec, context, request)) {
      pages += 1;
      yield page;
    }
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'forbidden' || pages > 0 || request.walk !== null) throw error;
    yield { ...nothing(request.watermark), notices: [NOTICES.forbidden(spec.model, withoutRight)] };
  }
}

async function* readWindow<F>(
  spec: WindowedSpec<F>,
  context: ReadContext<OdooSettings>,
  request: WindowRequest,
): AsyncGenerator<Page, void, void> {
  const client = await openClient(context);
  const readable = await client.fields(spec.model);
  if (readable === null) {
    yield { ...nothing(request.watermark), notices: [NOTICES.modelMissing(spec.model)] };
    return;
  }
  const window = windowOf(request, client.server.date);
  if (window === null) {
    yield nothing(request.watermark);
    return;
  }
  const fields = chosenFields(spec, readable, context.settings);
  const facts = await spec.prepare(client, context.settings);
  const base = baseDomain(spec, context.settings, request);
  const field = request.kind === 'backfill' ? spec.businessField : 'write_date';
  const also = request.kind === 'backfill' || !readable.has(spec.alsoChanged?.split('.')[0] ?? '') ? undefined : spec.alsoChanged;

  for (let walk = window; ;) {
    const dated = request.kind === 'backfill' && spec.businessDays === true;
    const domain: Domain = [...base, ...(dated ? dayDomain(field, walk) : windowDomain(field, walk, also))];
    const rows = await client.searchRead(spec.model, { domain, fields, order: 'id', limit: spec.pageSize });
    const mapped = await spec.map(rows, facts, client);
    if (rows.length < spec.pageSize) {
      const notices = [...missedNotices(spec, readable), ...(spec.notices?.(facts) ?? [])];
      yield { ...mapped, ...endOf(spec, request, walk, client.server.date), notices };
      return;
    }
    walk = { ...walk, lastId: lastIdOf(spec.model, rows, walk.lastId) };
    yield { ...mapped, cursor: { v: 1, watermark: request.watermark, walk }, end: false };
  }
}

/** Records by their ids, as the window would have read them. */
async function* readByIds<F>(
  spec: WindowedSpec<F>,
  context: ReadContext<OdooSettings>,
  ids: readonly string[],
): AsyncGenerator<Page, void, void> {
  const client = await openClient(context);
  const readable = await client.fields(spec.model);
  if (readable === null) {
    yield { ...nothing(null), notices: [NOTICES.modelMissing(spec.model)] };
    return;
  }
  const { settings } = context;
  const fields = chosenFields(spec, readable, settings);
  const facts = await spec.prepare(client, settings);
  const domain: Domain = [...companyDomain(settings, spec.shared), ...(spec.domain ?? []), ['id', 'in', ids.map(Number)] as const];
  const rows = await client.searchRead(spec.model, { domain, fields, order: 'id', limit: ids.length });
  yield { ...nothing(null), ...(await spec.map(rows, facts, client)) };
}

/** The last page moves the watermark to the window's end, and never back. */
function endOf<F>(spec: WindowedSpec<F>, request: WindowRequest, walk: Walk, serverDate: string): Pick<Page, 'cursor' | 'end' | 'covered'> {
  if (request.kind === 'backfill') {
    const until = earlier(walk.hi, serverDate);
    return { cursor: { v: 1, watermark: request.watermark, walk: null }, end: true, covered: { from: request.from, until } };
  }
  const watermark = later(request.watermark, walk.hi);
  const from = spec.fromField === undefined ? null : request.from;
  return { cursor: { v: 1, watermark, walk: null }, end: true, covered: { from, until: watermark } };
}

function nothing(watermark: string | null): Page {
  return { drafts: [], rejects: [], cursor: { v: 1, watermark, walk: null }, end: true };
}

/** Unknown and unreadable fields fail a whole call (500, 403), so only what `fields_get` shows is asked for. */
function chosenFields<F>(spec: WindowedSpec<F>, readable: ReadonlySet<string>, settings: OdooSettings): string[] {
  const lacking = spec.required.filter((field) => !readable.has(field));
  if (lacking.length > 0) throw lackingFields(spec.model, lacking);
  return [...new Set(['id', ...spec.required, ...spec.wanted(settings)])].filter((field) => readable.has(field));
}

export function lackingFields(model: string, lacking: readonly string[]): SourceError {
  return new SourceError({
    kind: 'config',
    code: 'fields_unreadable',
    message: `odoo ${model}: the user cannot read ${lacking.join(', ')}`,
    advice: 'Give the integration user the rights named in the README of the connector, then run: kpi check',
  });
}

function missedNotices<F>(spec: WindowedSpec<F>, readable: ReadonlySet<string>): Notice[] {
  const lacking = Object.entries(spec.missed ?? {}).filter(([field]) => !readable.has(field));
  return lacking.map(([field, meaning]) => NOTICES.fieldMissing(`${spec.model}.${field}`, meaning));
}

function baseDomain<F>(spec: WindowedSpec<F>, settings: OdooSettings, request: WindowRequest): Domain {
  const from =
    request.kind === 'incremental' && request.from !== null && spec.fromField !== undefined ? naive(floorSecond(request.from)) : null;
  const since = from !== null && spec.businessDays === true ? from.slice(0, 10) : from;
  return [
    ...companyDomain(settings, spec.shared),
    ...(spec.domain ?? []),
    ...(since === null ? [] : [[spec.fromField ?? '', '>=', since] as const]),
  ];
}
