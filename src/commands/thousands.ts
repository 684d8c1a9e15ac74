import { chileanNumber } from '../normalize/chilean-number.ts';

/** A decimal amount for a table of the command line; a dash where there is none. */
export function thousands(amount: string | null): string {
  return amount === null ? '—' : chileanNumber(amount);
}
