import type { Said } from './explain-finding.ts';

/** States of orders, payments and documents in Spanish, as finance says them; in English they are the sources' own words. */
const SPANISH: Readonly<Record<string, string>> = {
  open: 'vigente',
  completed: 'completado',
  refunded: 'devuelto',
  cancelled: 'anulado',
  quotation: 'cotización',
  test: 'prueba',
  zero_value: 'sin valor',
  gift_card_only: 'solo tarjetas de regalo',
  paid: 'pagado',
  unpaid: 'sin pagar',
  not_paid: 'sin pagar',
  partial: 'pagado en parte',
  in_payment: 'pago en curso',
  reversed: 'reversado',
  rejected: 'rechazado',
  not_sent: 'no enviado',
  ask_for_status: 'enviado, sin respuesta',
  objected: 'aceptado con reparos',
  accepted: 'aceptado',
};

/** A source's word for a state; one that is not known stays as it is. */
export function sourceWord(word: string): Said {
  return { es: SPANISH[word] ?? word, en: word.replaceAll('_', ' ') };
}
