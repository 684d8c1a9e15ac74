import { notice, type Notice } from '#contract';

/** What Shopify cannot give, in both languages, by code. */
export const NOTICES = {
  olderHidden: (days: number): Notice =>
    notice(
      'read_all_orders',
      `without the scope read_all_orders Shopify shows only the last ${days} days of orders; older ones are not covered`,
      `sin el permiso read_all_orders Shopify solo muestra los pedidos de los últimos ${days} días; los anteriores no están cubiertos`,
    ),
  noBuyers: notice(
    'customers',
    'the app lacks the scope read_customers: orders come without their buyer',
    'la app no tiene el permiso read_customers: los pedidos llegan sin su comprador',
  ),
  noIdentities: notice(
    'customers',
    'the app may not read e-mail, phone and address of buyers: they are told apart by Shopify id only',
    'la app no puede leer correo, teléfono ni dirección de los compradores: se distinguen solo por su identificador de Shopify',
  ),
  unknownStatus: (word: string): Notice =>
    notice(
      'unknown_status',
      `orders carry the status ${word}, which this release does not know; it counts as open`,
      `hay pedidos con el estado ${word}, que esta versión no conoce; cuentan como en curso`,
    ),
  transactionsIncomplete: notice(
    'transactions_incomplete',
    'an order has more transactions than Shopify lists; the rest cannot be read',
    'un pedido tiene más transacciones de las que Shopify muestra; el resto no se puede leer',
  ),
  ledgerDifference: notice(
    'ledger_difference',
    "orders whose total is not the sum of the shop's own agreements: kpi.ledger_differences lists them",
    'hay pedidos cuyo total no es la suma de los acuerdos de la propia tienda: están en kpi.ledger_differences',
  ),
  fractionalCurrency: (currency: string): Notice =>
    notice(
      'fractional_currency',
      `amounts in ${currency} have more decimals than the currency`,
      `hay montos en ${currency} con más decimales que la moneda`,
    ),
  apiVersion: (asked: string, ran: string): Notice =>
    notice(
      'api_version',
      `asked for Admin API ${asked}, Shopify ran ${ran}: the version is no longer supported, raise api_version`,
      `se pidió la versión ${asked} de la API y Shopify respondió con la ${ran}: ya no la admite, hay que subir api_version`,
    ),
  droppedByAge: (days: number): Notice =>
    notice(
      'dropped_by_age',
      `Shopify drops carts after about ${days} days; older ones cannot be read again`,
      `Shopify borra los carritos tras unos ${days} días; los más antiguos no se pueden releer`,
    ),
  noShopifyPayments: notice(
    'no_shopify_payments',
    'The shop has no Shopify Payments: its money is compared by the gateways of its order transactions.',
    'La tienda no tiene Shopify Payments: su dinero se compara por las pasarelas de las transacciones de sus pedidos.',
  ),
  payoutsDenied: (refusal: string): Notice =>
    notice(
      'access_denied',
      `${refusal}; payouts cannot be compared with the books`,
      'Shopify no deja leer los abonos de Shopify Payments (permiso read_shopify_payments_payouts); no se pueden comparar con los libros',
    ),
} as const;
