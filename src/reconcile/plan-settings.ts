/**
 * Settings of a transaction that compares everything of a tenant at once: joined whole, by hashes that fit into memory. Without them a plan made for
 * the few rows an unanalysed table is taken to have would compare each with each. Local to the transaction.
 */
export const COMPARE_WHOLE = `select set_config('enable_nestloop', 'off', true), set_config('enable_mergejoin', 'off', true),
  set_config('jit', 'off', true), set_config('work_mem', '64MB', true), set_config('default_statistics_target', '10', true)`;
