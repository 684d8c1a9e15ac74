import type { OdooDatabase } from '../world/odoo-model.ts';

export type FieldType =
  | 'integer'
  | 'float'
  | 'monetary'
  | 'char'
  | 'text'
  | 'boolean'
  | 'selection'
  | 'date'
  | 'datetime'
  | 'many2one'
  | 'one2many'
  | 'many2many';

/** Null where Odoo answers `false`. Datetimes are naive stamps with microseconds, as its database has them. */
export type Value = string | number | boolean | null | readonly number[];

export interface Row {
  readonly id: number;
}

export interface FieldDef {
  readonly type: FieldType;
  readonly relation?: string;
  readonly selection?: readonly string[];
  readonly get: (row: Row, db: OdooDatabase) => Value;
}

export interface Model {
  readonly name: string;
  readonly rows: (db: OdooDatabase) => readonly Row[];
  readonly fields: (db: OdooDatabase) => ReadonlyMap<string, FieldDef>;
  /** Record rule: `own` = company among the allowed ones, `shared` = or none. */
  readonly rule: 'own' | 'shared' | 'none';
  readonly displayName: (row: Row) => string;
  readonly order: string;
}

/** Fields of one model, written with the type of its rows. */
export type Fields<R> = Readonly<Record<string, Omit<FieldDef, 'get'> & { readonly get: (row: R, db: OdooDatabase) => Value }>>;

interface ModelSpec<R extends Row> {
  readonly name: string;
  readonly rows: (db: OdooDatabase) => readonly R[];
  readonly fields: (version: OdooDatabase['version']) => Fields<R>;
  readonly rule?: Model['rule'];
  readonly displayName?: (row: R) => string;
  readonly order?: string;
}

/** A model whose fields do not depend on anything but the version. */
export function defineModel<R extends Row>(spec: ModelSpec<R>): Model {
  const byVersion = new Map<string, ReadonlyMap<string, FieldDef>>();
  return {
    name: spec.name,
    rows: spec.rows,
    rule: spec.rule ?? 'none',
    order: spec.order ?? 'id',
    displayName: (row) => spec.displayName?.(row as R) ?? `${spec.name},${row.id}`,
    fields(db) {
      const known = byVersion.get(db.version);
      if (known !== undefined) return known;
      const all = { id: field('integer', (row: R) => row.id), ...spec.fields(db.version) };
      const fields = new Map(Object.entries(all).map(([name, def]) => [name, def as FieldDef]));
      byVersion.set(db.version, fields);
      return fields;
    },
  };
}

/** One field. `extra` names the relation or the words of a selection. */
export function field<R>(type: FieldType, get: (row: R, db: OdooDatabase) => Value, extra: Pick<FieldDef, 'relation' | 'selection'> = {}) {
  return { type, get, ...extra };
}

export function many2one<R>(relation: string, get: (row: R, db: OdooDatabase) => number | null) {
  return field('many2one', get, { relation });
}

/** The stamps that every model has. */
export function stamps<R extends { readonly createDate: string; readonly writeDate: string }>() {
  return {
    create_date: field<R>('datetime', (row) => row.createDate),
    write_date: field<R>('datetime', (row) => row.writeDate),
  };
}
