import { BRANCH_CLAIMS, branchCounts, growBranchShop } from './branch-shop.ts';
import { defectCounts, recentAges, type Defect } from './defects.ts';
import type { WorldTenant } from './model.ts';
import type { OdooDatabase } from './odoo-model.ts';
import type { Shop } from './shop-model.ts';
import { growOdoo } from './odoo-database.ts';
import { Random } from './random.ts';
import { companyRut } from './rut.ts';
import { growShop } from './shop.ts';

export interface Commerce {
  readonly tenants: readonly [WorldTenant, WorldTenant, WorldTenant];
  readonly shops: Shop[];
  readonly odoos: OdooDatabase[];
  readonly defects: readonly Defect[];
}

/**
 * The business behind Shopify and Odoo. `orders` counts sales documents of all three tenants, mirrors and surplus copies
 * not counted: 46 % web orders and 12 % ERP orders of the first (those of its second shop among them), 22 % ERP orders of the second, 20 % web
 * orders of the third.
 */
export function growCommerce({
  seed,
  anchor,
  orders,
}: {
  readonly seed: number;
  readonly anchor: string;
  readonly orders: number;
}): Commerce {
  if (!Number.isSafeInteger(orders) || orders < 50) throw new Error(`a world needs at least 50 orders, not ${orders}: raise --orders`);
  const random = new Random(seed, 'tenants');
  const ruts = [companyRut(random), companyRut(random), companyRut(random), companyRut(random)] as const;
  const webOrders = Math.round(orders * 0.46);
  const abroad = Math.round(orders * 0.2);
  const counts = defectCounts(webOrders);
  const second = branchCounts(webOrders);
  const pointing = counts.missingInShopify + counts.waiting + second.orders + second.strangers;
  const firstErp = Math.max(3, Math.round(orders * 0.12) - pointing);
  const secondErp = orders - webOrders - abroad - firstErp - pointing;
  const tag = (what: string): string => `${what}-${random.int(100, 999)}`;
  const tenants: Commerce['tenants'] = [
    {
      rut: ruts[0],
      companyName: 'Comercial Araucaria SpA',
      currency: 'CLP',
      timeZone: 'America/Santiago',
      industry: 'retail',
      shops: [
        { domain: `${tag('araucaria')}.myshopify.com`, prefixes: [], stores: ['team:ventas'] },
        { domain: `araucaria-export-${random.int(100, 999)}.myshopify.com`, ...BRANCH_CLAIMS },
      ],
      odoo: { database: 'andes', companyId: 1, sisterCompanyIds: [3] },
      chatwoot: 1,
      n8n: { instance: 'flujos', tag: 'tenant:araucaria' },
    },
    {
      rut: ruts[1],
      companyName: 'Servicios Copihue Ltda.',
      currency: 'CLP',
      timeZone: 'America/Santiago',
      industry: 'restaurants',
      shops: [],
      odoo: { database: 'andes', companyId: 2 },
      chatwoot: null,
      n8n: { instance: 'flujos', tag: 'tenant:copihue' },
    },
    {
      rut: ruts[2],
      companyName: 'Maitén Trading Inc.',
      currency: 'USD',
      timeZone: 'America/New_York',
      industry: 'retail',
      shops: [{ domain: `${tag('maiten')}.myshopify.com`, prefixes: [], stores: [] }],
      odoo: null,
      chatwoot: 2,
      n8n: null,
    },
  ];
  const mirrored = Math.max(2, Math.round(webOrders * 0.008));
  const recent = recentAges(counts.pending, mirrored, new Random(seed, 'recent first'));
  const recentAbroad = recentAges(0, Math.max(3, Math.round(abroad * 0.008)), new Random(seed, 'recent third'));
  const first = growShop({
    seed,
    anchor,
    domain: tenants[0].shops[0]!.domain,
    name: 'Tienda Araucaria',
    timeZone: tenants[0].timeZone,
    terms: { currency: 'CLP', taxesIncluded: true, taxRate: '0.19' },
    orders: webOrders,
    recentAges: recent.ages,
    lost: counts.missingInShopify,
    lateReturns: counts.lateReturns,
  });
  const third = growShop({
    seed,
    anchor,
    domain: tenants[2].shops[0]!.domain,
    name: 'Maiten Store',
    timeZone: tenants[2].timeZone,
    terms: { currency: 'USD', taxesIncluded: false, taxRate: '0.08875' },
    orders: abroad,
    recentAges: recentAbroad.ages,
    lost: 0,
    lateReturns: 0,
  });
  const branch = growBranchShop({
    seed,
    anchor,
    domain: tenants[0].shops[1]!.domain,
    name: 'Araucaria Export',
    timeZone: tenants[0].timeZone,
    orders: second.orders,
    scopes: first.shop.scopes,
  });
  const { database, defects } = growOdoo({
    seed,
    anchor,
    name: 'andes',
    shop: first,
    branch,
    counts,
    pendingAges: recent.pending,
    first: {
      rut: ruts[0],
      companies: [
        { id: 1, name: tenants[0].companyName, rut: ruts[0] },
        { id: 3, name: 'Araucaria Bodegas SpA', rut: ruts[3] },
      ],
      orders: firstErp,
    },
    second: { rut: ruts[1], companies: [{ id: 2, name: tenants[1].companyName, rut: ruts[1] }], orders: secondErp },
  });
  return { tenants, shops: [first.shop, branch.shop, third.shop], odoos: [database], defects };
}
