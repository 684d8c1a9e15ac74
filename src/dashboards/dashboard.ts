/**
 * How a column of a card is shown. Money is in the tenant's currency and has its decimals (CLP none); on a dashboard of the analyst it is in
 * the platform's. Percent is a share from 0 to 1, duration is in seconds.
 */
export type Format = 'text' | 'integer' | 'decimal' | 'money' | 'percent' | 'duration' | 'date' | 'instant';

/** What a card looks like; the words are those of Metabase's `display`. */
export type Display = 'scalar' | 'table' | 'bar' | 'row' | 'line' | 'area' | 'pie' | 'progress';

export type Industry = 'retail' | 'services' | 'restaurants';

/** A filter of a dashboard. Cards use it as `{{slug}}`, inside `[[ … ]]` where it may be left empty. */
export interface Filter {
  readonly slug: string;
  /** Spanish. */
  readonly title: string;
  readonly type: 'date' | 'text';
  /** `first` and `last`: the first and last local day of the last 90 closed days; null: empty. */
  readonly initial: 'first' | 'last' | null;
  /** What it may be, where that is a closed list. */
  readonly choices?: readonly string[];
}

/** One card: a question over `kpi.*` and what its answer looks like. */
export interface Card {
  /** Stable within the dashboard; ids in Metabase derive from it. */
  readonly key: string;
  /** Spanish. */
  readonly title: string;
  /** Spanish: meaning and unit, what it must agree with. */
  readonly description: string;
  /** One SQL statement, read from a file beside the dashboard, with `{{slug}}` for filters. */
  readonly sql: string;
  readonly display: Display;
  /** Place on a grid of 24 columns. */
  readonly at: { readonly row: number; readonly column: number; readonly width: number; readonly height: number };
  /**
   * Every column of the answer, in its order, with its Spanish title. Of a scalar, the first is the figure and the others stand beneath it.
   */
  readonly columns: Readonly<Record<string, { readonly title: string; readonly format: Format }>>;
  /** For charts: the column of the axis, and those drawn over it. */
  readonly axis?: { readonly x: string; readonly y: readonly string[]; readonly stacked?: boolean };
  /** Filters that its statement uses in parts that may be left out, and that some dashboards it is on do not have. */
  readonly borrowed?: readonly Filter[];
  /** Only for tenants of these industries; without it for all. */
  readonly industries?: readonly Industry[];
}

/** A dashboard as data. */
export interface Dashboard {
  readonly key: 'ejecutiva' | 'tenant' | 'ventas' | 'soporte' | 'automatizaciones';
  /** Spanish. */
  readonly title: string;
  readonly description: string;
  /** `tenant`: read through the tenant's own role, embeddable. `analyst`: over all tenants, never embedded. */
  readonly audience: 'tenant' | 'analyst';
  readonly filters: readonly Filter[];
  readonly cards: readonly Card[];
}
