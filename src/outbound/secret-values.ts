import type { z } from 'zod';

/** A field of a settings schema, as a person has to fill it in. */
export interface SettingField {
  readonly name: string;
  readonly secret: boolean;
  readonly description: string | null;
  /** A present but empty text would be taken for a value, so the schema has to refuse it. */
  readonly optional: boolean;
}

/** The fields of a connector's settings schema, through unions, refinements and wrappers; one of several variants counts once. */
export function settingFields(schema: z.ZodType): SettingField[] {
  const fields = new Map<string, SettingField>();
  for (const [name, field] of shapes(schema)) {
    const known = fields.get(name);
    const { secret, description, optional } = facts(field);
    fields.set(name, {
      name,
      secret: secret || (known?.secret ?? false),
      description: description ?? known?.description ?? null,
      optional: optional || (known?.optional ?? false),
    });
  }
  return [...fields.values()];
}

/** The values of these settings that must appear nowhere: what `createHttp` and the log are told to hide. */
export function secretValues(schema: z.ZodType, settings: unknown): string[] {
  if (typeof settings !== 'object' || settings === null) return [];
  const secret = new Set(settingFields(schema).flatMap((field) => (field.secret ? [field.name] : [])));
  return Object.entries(settings).flatMap(([name, value]) =>
    secret.has(name) && typeof value === 'string' && value !== '' ? [value] : [],
  );
}

/** What zod says of a schema from inside; only the parts of it that wrap or branch are named. */
interface Inside {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly left?: z.ZodType;
  readonly right?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
}

const inside = (schema: z.ZodType): Inside => schema.def;

/** Schemas directly below one that adds no field by itself. The input side of a pipe is what a person fills in. */
function below(schema: z.ZodType): z.ZodType[] {
  const { options = [], left, right, innerType, in: input, out } = inside(schema);
  const source = input !== undefined && inside(input).type !== 'transform' ? input : out;
  return [...options, left, right, innerType, source].filter((one) => one !== undefined);
}

function shapes(schema: z.ZodType): [string, z.ZodType][] {
  const { shape } = inside(schema);
  return shape === undefined ? below(schema).flatMap(shapes) : Object.entries(shape);
}

function facts(field: z.ZodType): { secret: boolean; description: string | null; optional: boolean } {
  const meta = field.meta() ?? {};
  const inner = below(field).map(facts);
  return {
    secret: meta['secret'] === true || inner.some(({ secret }) => secret),
    description: meta.description ?? inner.find(({ description }) => description !== null)?.description ?? null,
    optional: ['optional', 'default', 'prefault'].includes(inside(field).type) || inner.some(({ optional }) => optional),
  };
}
