import { SourceError, type CheckFinding, type CheckReport, type ReadContext } from '#contract';
import { askShop, createClient, type ShopFacts } from './client.ts';
import type { ShopifySettings } from './settings.ts';

/** What each scope is for; without one of these a stream cannot run. */
const NEEDED = {
  read_orders: 'orders, refunds and payments',
  read_products: 'products',
  read_inventory: 'inventory levels',
  read_locations: 'locations and inventory levels',
} as const;

/**
 * Logs in, compares the granted scopes with the needed ones, and tells what would silently be missing.
 * @throws SourceError when the shop could not be asked at all (network, an inner failure).
 */
export async function check(context: ReadContext<ShopifySettings>): Promise<CheckReport> {
  const { settings } = context;
  const client = createClient(context, 'shopify check');
  let facts: ShopFacts;
  try {
    facts = await askShop(client);
  } catch (error) {
    if (!(error instanceof SourceError) || error.kind !== 'config') throw error;
    return { account: null, version: null, findings: [{ level: 'error', code: error.code, message: error.message, advice: error.advice }] };
  }
  return {
    account: facts.shop.myshopifyDomain,
    version: settings.api_version,
    findings: [
      ...domainFindings(settings, facts),
      ...scopeFindings(facts.scopes),
      ...client.notices.map((notice): CheckFinding => ({
        level: 'warning',
        code: notice.code,
        message: notice.message,
        advice: 'Set api_version to a supported version.',
      })),
    ],
  };
}

function domainFindings(settings: ShopifySettings, { shop }: ShopFacts): CheckFinding[] {
  if (shop.myshopifyDomain === settings.shop_domain) return [];
  return [
    {
      level: 'error',
      code: 'other_shop',
      message: `the token belongs to the shop ${shop.myshopifyDomain}, not to ${settings.shop_domain}`,
      advice: 'Correct shop_domain, or store the token of this shop.',
    },
  ];
}

function scopeFindings(scopes: ReadonlySet<string>): CheckFinding[] {
  // A write scope includes reading.
  const granted = (scope: string) => scopes.has(scope) || scopes.has(scope.replace('read_', 'write_'));
  const missing = Object.entries(NEEDED).filter(([scope]) => !granted(scope));
  return [
    ...missing.map(([scope, what]): CheckFinding => ({
      level: 'error',
      code: 'missing_scope',
      message: `the scope ${scope} is missing: ${what} cannot be read`,
      advice: `Grant ${scope} to the app, release a new version of it and accept it in the shop.`,
    })),
    ...(granted('read_all_orders')
      ? []
      : [
          {
            level: 'warning' as const,
            code: 'missing_scope_read_all_orders',
            message: 'the scope read_all_orders is missing: orders older than 60 days are invisible, and Shopify does not say so',
            advice: 'Ask for read_all_orders in the Dev Dashboard (API access requests); figures before that day show as without data.',
          },
        ]),
    ...(granted('read_customers')
      ? []
      : [
          {
            level: 'warning' as const,
            code: 'missing_scope_read_customers',
            message: 'the scope read_customers is missing: returning customers cannot be told',
            advice: 'Grant read_customers and protected customer data access to the app.',
          },
        ]),
    ...(granted('read_shopify_payments_payouts')
      ? []
      : [
          {
            level: 'warning' as const,
            code: 'missing_scope_read_shopify_payments_payouts',
            message: 'the scope read_shopify_payments_payouts is missing: payouts and fees of Shopify Payments cannot be read',
            advice: 'Grant it, if the shop takes cards by Shopify Payments; otherwise ignore this.',
          },
        ]),
  ];
}
