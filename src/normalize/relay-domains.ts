/** Domains whose addresses stand for a marketplace's or a forwarding service's user for a while, not for one person. */
const RELAYS: readonly string[] = [
  'privaterelay.appleid.com',
  'relay.firefox.com',
  'mozmail.com',
  'duck.com',
  'simplelogin.com',
  'anonaddy.com',
  'members.ebay.com',
  'mail.mercadolibre.com',
  'mail.mercadolivre.com',
  'scs.tiktokw.us',
  'relay.walmart.com',
];
/** Marketplaces with one such domain per country: marketplace.amazon.com, marketplace.amazon.com.mx … */
const RELAY_PREFIXES: readonly string[] = ['marketplace.amazon.', 'mail.mercadolibre.', 'members.ebay.'];

/** Whether addresses of this domain (lower case) are shared or forwarded, so that they recognise nobody. */
export function isRelayDomain(domain: string): boolean {
  return RELAYS.some((relay) => domain === relay || domain.endsWith(`.${relay}`)) || RELAY_PREFIXES.some((p) => domain.startsWith(p));
}
