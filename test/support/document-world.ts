import fc from 'fast-check';
import type { OrderChanges } from './documents-rig.ts';
import { orderOfLine, type Document } from './invoice-drafts.ts';

/** One version of an order of the ERP. Order 23 mirrors a web order. */
export interface OrderVersion {
  readonly id: number;
  readonly version: number;
  readonly status: 'quotation' | 'open' | 'completed' | 'cancelled';
  readonly amounts: readonly number[];
}
export type DocumentVersion = Document & { readonly version: number };

export interface Delivery {
  readonly what: 'order' | 'document';
  readonly id: number;
  readonly version: number;
}

export interface DocumentWorld {
  readonly orders: readonly OrderVersion[];
  readonly documents: readonly DocumentVersion[];
  readonly deliveries: readonly Delivery[];
}

const ORDERS = [21, 22, 23];
const DOCUMENTS = [1, 2, 3, 4, 5, 6];
const DAYS = ['2026-11-28', '2026-11-30', '2026-12-01'];
const VERSIONS = 3;

const orderVersions = (id: number) =>
  fc
    .array(
      fc.record({
        status: fc.constantFrom('quotation', 'open', 'completed', 'completed', 'cancelled'),
        amounts: fc.constantFrom([1000, 500], [1000, 2000], [1000]),
      }),
      { minLength: 1, maxLength: VERSIONS },
    )
    .map((versions) => versions.map((one, version): OrderVersion => ({ id, version, ...one })));

/** What a document is of stays; its state, amounts and lines move on. */
const documentVersions = (id: number) =>
  fc
    .record({
      type: fc.constantFrom<Document['type'][]>('out_invoice', 'out_refund'),
      order: fc.constantFrom(21, 21, 21, 21, 22, 23, null),
      reverses: fc.option(fc.constantFrom(...DOCUMENTS.filter((other) => other < id), 0), { nil: 0 }),
      counter: fc.integer({ min: 0, max: 9 }).map((n) => (n === 0 ? [7] : [])),
      versions: fc.array(
        fc.record({
          state: fc.constantFrom<Document['state'][]>('posted', 'posted', 'posted', 'posted', 'posted', 'draft', 'cancel'),
          date: fc.constantFrom(...DAYS),
          lines: fc.constantFrom([1], [1], [1], [2], [1, 2]),
          gross: fc.constantFrom(1000, 1000, 250),
          linked: fc.boolean(),
          reason: fc.constantFrom<NonNullable<Document['reason']>[]>('1', '1', '1', '2', '3'),
        }),
        { minLength: 1, maxLength: VERSIONS },
      ),
    })
    .map(({ type, order, reverses, counter, versions }) =>
      versions.map((one, version): DocumentVersion => ({
        id,
        version,
        type: type!,
        state: one.state!,
        date: one.date,
        reason: one.reason,
        counterOrders: counter,
        writtenAt: `2026-12-02 12:00:0${version}`,
        ...(type === 'out_refund' && reverses !== 0 ? { reverses } : {}),
        lines: one.lines.map((line) => ({
          gross: line === 1 ? one.gross : 500,
          ...(order !== null && (one.linked || version === 0) ? { saleLine: order * 100 + line } : {}),
        })),
      })),
    );

export const documentWorld: fc.Arbitrary<DocumentWorld> = fc
  .record({
    orders: fc.tuple(...ORDERS.map(orderVersions)).map((all) => all.flat()),
    documents: fc.tuple(...DOCUMENTS.map(documentVersions)).map((all) => all.flat()),
  })
  .chain(({ orders, documents }) => {
    const all = [
      ...orders.map(({ id, version }) => ({ what: 'order' as const, id, version })),
      ...documents.map(({ id, version }) => ({ what: 'document' as const, id, version })),
    ];
    // Every version arrives, some of them twice, in any order: the newest as likely first as last.
    return fc
      .tuple(fc.shuffledSubarray(all, { minLength: all.length }), fc.shuffledSubarray(all, { maxLength: 6 }))
      .map(([once, again]) => ({ orders, documents, deliveries: [...once, ...again] }));
  });

const newest = <T extends { readonly id: number; readonly version: number }>(versions: readonly T[]): T[] =>
  [...Map.groupBy(versions, ({ id }) => id).values()].map((own) => own.toSorted((a, b) => b.version - a.version)[0]!);

export const newestDocuments = (world: DocumentWorld) => newest(world.documents);

export interface DocumentTruth {
  /** `id status invoiced flag` */
  readonly orders: readonly string[];
  /** `id order day amount counts` */
  readonly refunds: readonly string[];
  /** `id day amount`; an order's day is left out. */
  readonly sales: readonly string[];
}

/** What must be there in the end, from the rules and not from the engine's statements. */
export function documentTruth(world: DocumentWorld, basis: 'orders' | 'invoices'): DocumentTruth {
  const documents = newest(world.documents);
  const posted = documents.filter(({ state }) => state === 'posted');
  const homeOf = (document: Document): string | null => {
    const linked = document.lines.flatMap(({ saleLine }) => (saleLine === undefined ? [] : [orderOfLine(saleLine)]));
    if (linked.length > 0) return String(linked[0]);
    if (document.counterOrders!.length > 0) return 'pos:7';
    if (document.type === 'out_invoice') return document.state === 'posted' ? `invoice:${document.id}` : null;
    const reversed = documents.find(({ id }) => id === document.reverses);
    if (reversed === undefined) return null;
    const before = reversed.lines.flatMap(({ saleLine }) => (saleLine === undefined ? [] : [orderOfLine(saleLine)]));
    return before.length > 0 ? String(before[0]) : reversed.counterOrders!.length > 0 ? null : `invoice:${reversed.id}`;
  };
  const total = ({ lines }: Document) => lines.reduce((sum, { gross }) => sum + gross, 0);
  const sum = (of: readonly Document[]) => of.reduce((all, document) => all + total(document), 0);
  const ofOrder = (order: string) => posted.filter((document) => homeOf(document) === order);
  const credits = (of: readonly Document[]) => of.filter(({ type }) => type === 'out_refund');
  const invoices = (of: readonly Document[]) => of.filter(({ type }) => type === 'out_invoice');

  const stated = new Map<string, { status: string; amount: number; lines: readonly number[] }>();
  for (const { id, status, amounts } of newest(world.orders)) {
    stated.set(String(id), { status, amount: amounts.reduce((all, one) => all + one, 0), lines: amounts });
  }
  for (const document of invoices(posted)) {
    if (homeOf(document) === `invoice:${document.id}`) {
      stated.set(`invoice:${document.id}`, { status: 'completed', amount: total(document), lines: [] });
    }
  }
  const statusOf = (order: string) => {
    const own = ofOrder(order);
    const { status } = stated.get(order)!;
    const net = sum(invoices(own)) - sum(credits(own));
    if (status === 'quotation' || (status === 'cancelled' && own.length === 0)) return status;
    if (own.length > 0 && net <= 0) return 'refunded';
    return status === 'cancelled' ? 'open' : status;
  };
  const orders = [...stated.keys()].map((order) => {
    const own = ofOrder(order);
    const flag = stated.get(order)!.status === 'cancelled' && statusOf(order) === 'open';
    return [order, statusOf(order), own.length === 0 ? '-' : sum(invoices(own)) - sum(credits(own)), flag].join(' ');
  });

  /** What was invoiced again of an order, beyond it or beyond its lines. */
  const replacedOf = (order: string): number => {
    const own = ofOrder(order);
    const known = stated.get(order);
    const credited = sum(credits(own));
    if (known === undefined || invoices(own).length < 2) return 0;
    const byLine = known.lines.map((amount, i) => {
      const line = Number(order) * 100 + i + 1;
      const of = (some: readonly Document[]) =>
        some.flatMap(({ lines }) => lines.filter(({ saleLine }) => saleLine === line)).reduce((all, { gross }) => all + gross, 0);
      return Math.min(of(credits(own)), Math.max(0, of(invoices(own)) - amount));
    });
    const over = Math.max(
      0,
      sum(invoices(own)) - known.amount,
      byLine.reduce((all, one) => all + one, 0),
    );
    const replaced = Math.min(credited, over);
    return credited - replaced <= invoices(own).length ? credited : replaced;
  };
  const refunds: string[] = [];
  /** How many documents of an order, of an amount, stand in the place of others. */
  const further = new Map<string, number>();
  const refunding = credits(posted).filter(({ reason, counterOrders }) => reason !== '2' && counterOrders!.length === 0);
  for (const [order, notes] of Map.groupBy(refunding, homeOf)) {
    let left = order === null ? 0 : replacedOf(order);
    const equals = (note: Document) =>
      order === null
        ? 0
        : invoices(ofOrder(order)).filter((one) => one.id !== note.reverses && one.date! >= note.date! && total(one) === total(note))
            .length;
    const equal = (note: Document) => equals(note) > 0;
    const turn = notes.toSorted(
      (a, b) => Number(equal(b)) - Number(equal(a)) || (a.date! < b.date! ? -1 : a.date! > b.date! ? 1 : a.id - b.id),
    );
    for (const note of turn) {
      const whole = Math.min(left, total(note));
      left -= whole;
      const place = turn.filter((other) => total(other) === total(note)).indexOf(note);
      const replaced = whole === total(note) && place < equals(note);
      const gone = basis === 'orders' ? whole : replaced ? whole : 0;
      if (replaced) further.set(`${order} ${whole}`, (further.get(`${order} ${whole}`) ?? 0) + 1);
      const known = order === null ? undefined : stated.get(order);
      // Where documents count, one whose sale is gone counts all the same.
      const ownSale = known === undefined ? basis === 'invoices' : order !== '23' && statusOf(order!) !== 'cancelled';
      const counts = gone < total(note) && (order === null || ownSale);
      refunds.push([note.id, known === undefined ? '-' : order, note.date, total(note) - gone, counts].join(' '));
    }
  }
  const bills = (order: string) => invoices(ofOrder(order)).length > 0 && /^\d+$/.test(order);
  const sales = [...stated].flatMap(([order, { amount }]) => {
    const own = order.startsWith('invoice:');
    const status = statusOf(order);
    if (order === '23' || status === 'quotation' || status === 'cancelled') return [];
    // An order that Odoo calls invoiced, and no document is of, was documented elsewhere.
    const elsewhere = !own && stated.get(order)!.status === 'completed' && !bills(order);
    return basis === 'orders' || own || elsewhere
      ? [`${order} ${own ? posted.find(({ id }) => `invoice:${id}` === order)!.date : '-'} ${amount}`]
      : [];
  });
  if (basis === 'invoices') {
    for (const order of stated.keys()) {
      if (!bills(order) || order === '23') continue;
      for (const document of invoices(ofOrder(order)).toSorted((a, b) => (a.date! < b.date! ? 1 : a.date! > b.date! ? -1 : b.id - a.id))) {
        const key = `${order} ${total(document)}`;
        const left = further.get(key) ?? 0;
        further.set(key, left - 1);
        if (left <= 0) sales.push(`invoice:${document.id}/${order} ${document.date} ${total(document)}`);
      }
    }
  }
  return { orders: orders.toSorted(), refunds: refunds.toSorted(), sales: sales.toSorted() };
}

/** What an order states of itself, as its draft does. */
export function orderChanges({ id, status, version }: OrderVersion): OrderChanges {
  const parts = status === 'completed' || status === 'open' ? { delivered: true, invoiced: status === 'completed', locked: false } : {};
  return {
    status,
    updatedAt: `2026-12-02T12:00:0${version}Z`,
    delivered: null,
    invoiced: null,
    locked: null,
    ...parts,
    ...(id === 23 ? { shop_order_id: '9001', shop_order_name: '1001' } : {}),
  };
}
