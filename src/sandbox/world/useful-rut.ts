import type { OdooPartner } from './odoo-model.ts';
import { rutDigit } from './rut.ts';

/** Whether a partner says anything that it could be recognised by. */
export function partnerContact({ vat, email, phone }: OdooPartner, ownRut: string): boolean {
  return usefulRut(vat, ownRut) !== null || email !== null || phone !== null;
}

/** A valid RUT that belongs to one: not those that many share, and not the company's own. */
export function usefulRut(typed: string | null, ownRut: string): string | null {
  if (typed === null) return null;
  const characters = typed.replace(/[^0-9kK]/g, '').toUpperCase();
  const rut = `${Number(characters.slice(0, -1))}-${characters.slice(-1)}`;
  if (rutDigit(Number(characters.slice(0, -1))) !== characters.slice(-1)) return null;
  return ['66666666-6', '55555555-5', ownRut].includes(rut) ? null : rut;
}
