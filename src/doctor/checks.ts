import { checkAttacks } from './check-attacks.ts';
import { checkDatabase, checkPooler } from './check-database.ts';
import { checkPrivacy } from './check-privacy.ts';
import { checkRetention } from './check-retention.ts';
import { checkIsolation, checkMigrations } from './check-schema.ts';
import { checkClocks, checkConnections, checkSecrets } from './check-sources.ts';
import { checkStorage } from './check-storage.ts';
import { checkAlerts, checkConfiguration, checkMetabase } from './check-surroundings.ts';
import { checkQuarantine, checkQueue, checkStreams } from './check-work.ts';
import type { Check } from './deps.ts';

/** Everything that `kpi doctor` looks at, from the ground up. */
export const CHECKS: readonly Check[] = [
  checkConfiguration,
  checkDatabase,
  checkPooler,
  checkMigrations,
  checkIsolation,
  checkAttacks,
  checkSecrets,
  checkConnections,
  checkClocks,
  checkQueue,
  checkStreams,
  checkQuarantine,
  checkRetention,
  checkPrivacy,
  checkStorage,
  checkAlerts,
  checkMetabase,
];
