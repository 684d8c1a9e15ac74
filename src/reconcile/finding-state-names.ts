import type { Said } from './explain-finding.ts';
import type { FindingState } from './finding-state.ts';

/** What became of a finding, in words. */
export const FINDING_STATE_NAMES: Readonly<Record<FindingState, Said>> = {
  open: { es: 'abierto', en: 'open' },
  explained: { es: 'explicado', en: 'explained' },
  resolved: { es: 'resuelto', en: 'resolved' },
  reappeared: { es: 'reaparecido', en: 'reappeared' },
};
