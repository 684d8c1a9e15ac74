import type { Database } from './database.ts';

/** What holds for all companies together; the executive views read it from kpi.platform. */
export interface Platform {
  /** Currency in which sales of companies of different currencies are added. */
  readonly currency: string;
  readonly currencyDecimals: number;
}

const READ = 'select currency, currency_decimals as "currencyDecimals" from kpi.platform';
const CHANGE = 'update kpi.platform set currency = $1, currency_decimals = $2';
const AUDIT = "insert into ops.audit (actor, action, details) values ('operator', 'platform set', $1)";

export async function readPlatform(db: Database): Promise<Platform> {
  return (await db.query<Platform>(READ)).rows[0]!;
}

/** Changes it for every view at once: none of them stores an amount in the platform's currency. */
export async function changePlatform(db: Database, platform: Platform): Promise<void> {
  await db.transaction('', async ({ query }) => {
    await query(CHANGE, [platform.currency, platform.currencyDecimals]);
    await query(AUDIT, [platform]);
  });
}
