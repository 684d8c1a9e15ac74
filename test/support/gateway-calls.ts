/** What a call names beside its company; a test fills it in. */
export const NAMED = { finding: '0' };

/** Each operation once, as it is asked for a company; whatever is added must be added here, or the last test fails. */
export const CALLS: Readonly<Record<string, (tenant: string) => readonly [path: string, body?: Record<string, unknown>]>> = {
  embedDashboard: (tenant) => [`/api/metabase/embed/ventas?tenant_id=${tenant}`],
  applyDashboards: (tenant_id) => ['/api/metabase/dashboards', { tenant_id, template: 'restaurants' }],
  queryTenant: (tenant_id) => ['/api/metabase/query', { tenant_id, sql: 'select 1 as uno' }],
  listKpis: (tenant) => [`/api/tenants/${tenant}/kpis`],
  readKpi: (tenant) => [`/api/tenants/${tenant}/kpis/sales_by_day?first_day=2025-01-01`],
  readFreshness: (tenant) => [`/api/tenants/${tenant}/freshness`],
  showStatus: (tenant) => [`/api/tenants/${tenant}/status`],
  startSync: (tenant) => [`/api/tenants/${tenant}/sync`, {}],
  startBackfill: (tenant) => [
    `/api/tenants/${tenant}/backfills`,
    { source: 'shopify', stream: 'orders', from: '2025-01-01', until: '2025-03-01' },
  ],
  listBackfills: (tenant) => [`/api/tenants/${tenant}/backfills`],
  showOverview: (tenant) => [`/api/operations/status?tenant_id=${tenant}`],
  listQuarantine: (tenant) => [`/api/operations/quarantine?tenant_id=${tenant}`],
  acceptQuarantine: (tenant_id) => ['/api/operations/quarantine/accept', { tenant_id, source: 'shopify', stream: 'orders' }],
  showDocumentsBridge: (tenant) => [`/api/tenants/${tenant}/reconciliation/documents?month=2025-11`],
  showClearing: (tenant) => [`/api/tenants/${tenant}/reconciliation/clearing?first_day=2025-11-01&last_day=2025-11-30`],
  startSweep: (tenant_id) => ['/api/operations/sweeps', { tenant_id, source: 'shopify', stream: 'orders', dry_run: true }],
  startVerification: (tenant_id) => ['/api/operations/verify', { tenant_id, source: 'shopify', first_day: '2025-11-01', heal: true }],
  listVerifications: (tenant) => [`/api/operations/verify?tenant_id=${tenant}`],
  pauseTenant: (tenant) => [`/api/operations/tenants/${tenant}/pause`, { reason: 'no paga' }],
  resumeTenant: (tenant) => [`/api/operations/tenants/${tenant}/resume`, { reason: 'pagó' }],
  listSweeps: (tenant) => [`/api/operations/sweeps?tenant_id=${tenant}`],
  planBackfills: (tenant) => [
    '/api/operations/backfills/plan',
    { tenants: [tenant], source: 'shopify', stream: 'orders', from: '2022-01-01' },
  ],
  startBackfills: (tenant) => [
    '/api/operations/backfills',
    { tenants: [tenant], source: 'shopify', stream: 'orders', from: '2022-01-01', until: '2022-03-01', priority: 'low' },
  ],
  listAllBackfills: (tenant) => [`/api/operations/backfills?tenant_id=${tenant}&open=true`],
  listFindings: (tenant) => [`/api/tenants/${tenant}/reconciliation/findings?state=all`],
  showFinding: (tenant) => [`/api/tenants/${tenant}/reconciliation/findings/${NAMED.finding}`],
  explainFinding: (tenant) => [`/api/tenants/${tenant}/reconciliation/findings/${NAMED.finding}/explain`, { note: 'freight by phone' }],
  resolveFinding: (tenant) => [`/api/tenants/${tenant}/reconciliation/findings/${NAMED.finding}/resolve`, { reason: 'corrected' }],
  runReconciliation: (tenant) => [`/api/tenants/${tenant}/reconciliation/runs`, { first_day: '2025-11-01', last_day: '2025-11-30' }],
  listReconciliations: (tenant) => [`/api/tenants/${tenant}/reconciliation/runs`],
  showReconciliation: (tenant) => [`/api/tenants/${tenant}/reconciliation/runs/latest`],
  closeMonth: (tenant) => [`/api/tenants/${tenant}/reconciliation/closings/2025-10/close`, { reason: 'F29', force: true }],
  showClosing: (tenant) => [`/api/tenants/${tenant}/reconciliation/closings/2025-10`],
  reopenMonth: (tenant) => [`/api/tenants/${tenant}/reconciliation/closings/2025-10/reopen`, { reason: 'F29 corrected' }],
};
