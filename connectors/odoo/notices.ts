import { notice, type Notice } from '#contract';

/** What is missing where something cannot be read, as the end of a sentence. */
export interface Meaning {
  readonly en: string;
  readonly es: string;
}

/** What Odoo cannot give, in both languages, by code. */
export const NOTICES = {
  forbidden: (model: string, { en, es }: Meaning): Notice =>
    notice('forbidden', `The user may not read ${model}: ${en}`, `El usuario no puede leer ${model}: ${es}`),
  modelMissing: (model: string): Notice =>
    notice(
      'model_missing',
      `Odoo has no model ${model}: the app that brings it is not installed, so this stream stays empty.`,
      `Odoo no tiene el modelo ${model}: la aplicación que lo trae no está instalada, y este flujo queda vacío.`,
    ),
  fieldMissing: (field: string, { en, es }: Meaning): Notice =>
    notice('field_missing', `${field} cannot be read: ${en}`, `No se puede leer ${field}: ${es}`),
  loyaltyUnreadable: notice(
    'loyalty_unreadable',
    'Loyalty programs cannot be read: payments by gift card or eWallet count as discounts, and gift cards sold as sales.',
    'No se pueden leer los programas de fidelización: lo pagado con tarjeta de regalo o monedero cuenta como descuento, y las tarjetas vendidas como venta.',
  ),
  unitsUnreadable: notice(
    'units_unreadable',
    'Units of measure cannot be read: lines in another unit than their product have no units.',
    'No se pueden leer las unidades de medida: las líneas en otra unidad que la de su producto no tienen unidades.',
  ),
  ivaUnknown: notice(
    'iva_unknown',
    'Taxes or their SII codes cannot be read: how much of the taxes is IVA stays unknown.',
    'No se pueden leer los impuestos o sus códigos del SII: no se sabe cuánto de ellos es IVA.',
  ),
  unknownState: (state: string): Notice =>
    notice(
      'unknown_state',
      `Orders in state "${state}", which is not known here, count as open.`,
      `Los pedidos en estado «${state}», que aquí no se conoce, cuentan como en curso.`,
    ),
} as const;
