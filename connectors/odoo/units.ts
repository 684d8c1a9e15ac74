import { SourceError } from '#contract';
import { z } from 'zod';
import { amountOf } from './amount.ts';
import type { OdooClient } from './client.ts';
import type { Unit, Units } from './mapping/unit.ts';
import { many2one, maybe, number, recordId } from './raw-values.ts';

const rawUnit = z.object({ id: recordId, factor: number, category_id: maybe(many2one), relative_uom_id: maybe(many2one) });
type RawUnit = z.output<typeof rawUnit>;

/**
 * Every unit of measure. Since 19 a unit hangs on another and `factor` is how many of the root it holds (dozen 12); until 18 units
 * are grouped in categories and `factor` is how many of it the reference unit holds (dozen 0.08333…). Null where they cannot be read.
 * @throws SourceError
 */
export async function readUnits(client: OdooClient): Promise<Units> {
  try {
    const readable = await client.fields('uom.uom');
    if (readable === null) return null;
    const fields = Object.keys(rawUnit.shape).filter((field) => readable.has(field));
    const rows = await client.searchRead('uom.uom', { domain: [], fields });
    const parsed = rows.map((row) => rawUnit.safeParse(row)).flatMap((row) => (row.success && row.data.factor > 0 ? [row.data] : []));
    return unitsOf(parsed, readable.has('relative_uom_id'));
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'forbidden') throw error;
    return null;
  }
}

/** Units are few and hang no deeper than this. */
const DEEPEST = 20;

function unitsOf(rows: readonly RawUnit[], byTree: boolean): Units {
  const parents = new Map(rows.map((unit) => [unit.id, unit.relative_uom_id]));
  const rootOf = (id: number): string => {
    let root = id;
    for (let depth = 0; depth < DEEPEST; depth++) root = parents.get(root) ?? root;
    return String(root);
  };
  return new Map(
    rows.map((unit): [number, Unit] => {
      if (byTree) return [unit.id, { root: rootOf(unit.id), size: amountOf(unit.factor) }];
      // One divided by a float that is itself one divided by 12: fourteen digits say 12.
      return [unit.id, { root: `category ${unit.category_id ?? unit.id}`, size: amountOf(Number((1 / unit.factor).toPrecision(14))) }];
    }),
  );
}
