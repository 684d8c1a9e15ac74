/** ISO 4217 minor units of the currencies companies here report in. */
export const CURRENCY_DECIMALS: Readonly<Record<string, number>> = {
  CLP: 0,
  USD: 2,
  EUR: 2,
  PEN: 2,
  ARS: 2,
  BRL: 2,
  MXN: 2,
  COP: 2,
  UYU: 2,
};
