import type { Identity } from '#contract';
import { maskRut, parseRut } from './rut.ts';

/**
 * What a customer's record says of the RUT it travels with, where its connector leaves that to this stage: a valid one of a company in full,
 * of any other only its end; a number with a wrong digit is nobody's and told the same way.
 */
export function statedRut(identity: Identity | undefined): { readonly rut_display: string | null; readonly rut_valid: boolean | null } {
  const rut = identity?.rut ? parseRut(identity.rut) : null;
  if (rut === null) return { rut_display: null, rut_valid: null };
  return { rut_display: maskRut(rut.valid ? rut : { ...rut, isCompany: false, isGeneric: false }), rut_valid: rut.valid };
}
