import type { Command } from 'commander';
import { listSellingPlaces, sayWhetherSells, type SellingPlace } from '../store/selling-places.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError, type Column } from './terminal.ts';

const WORDS = { yes: true, no: false, auto: null } as const;

/** `kpi tenant location`: which places sell, and what a person says of one of them. */
export function tenantLocationCommand(tenant: Command, context: CommandContext): void {
  const { terminal } = context;
  tenant
    .command('location')
    .description('which places sell: those whose stock counts')
    .argument('<rut|id>', 'the company')
    .argument('[place]', 'its name or id, to say whether it sells')
    .argument('[sells]', 'yes: counts, also when the other source speaks; no: does not; auto: as its source says')
    .addHelpText('after', "\nExample:\n  kpi tenant location 76042235-5 'WH/Merma' no")
    .action(async (wanted: string, place: string | undefined, word: string | undefined) => {
      const app = await context.app();
      const { id } = await findTenant(app, wanted);
      if (place !== undefined) {
        if (word === undefined || !(word in WORDS)) throw new UsageError(`say whether "${place}" sells: yes, no or auto`);
        const found = placeOf(await listSellingPlaces(app.db, id), place);
        await sayWhetherSells(app.db, id, found.location_id, WORDS[word as keyof typeof WORDS]);
      }
      const places = await listSellingPlaces(app.db, id);
      terminal.document(places);
      terminal.table(columns, places);
    });
}

const said = (value: boolean | null) => (value === null ? 'auto' : value ? 'yes' : 'no');
const columns: readonly Column<SellingPlace>[] = [
  { title: { es: 'Lugar', en: 'Place' }, value: (r) => r.location },
  { title: { es: 'Origen', en: 'Source' }, value: (r) => r.source },
  { title: { es: 'Se dijo', en: 'Said' }, value: (r) => said(r.said) },
  { title: { es: 'Vende', en: 'Sells' }, value: (r) => said(r.sells) },
  { title: { es: 'Id', en: 'Id' }, value: (r) => r.location_id },
];

function placeOf(places: readonly SellingPlace[], wanted: string): SellingPlace {
  const found = places.filter(
    ({ location_id, location }) => location_id === wanted || location.toLowerCase() === wanted.trim().toLowerCase(),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (found.length > 1)
    throw new UsageError(`"${wanted}" is the name of ${found.length} places; give its id: ${found.map((p) => p.location_id).join(', ')}`);
  throw new UsageError(`no place is known as "${wanted}"; there are: ${places.map((p) => p.location).join(', ') || 'none yet'}`);
}
