import { z } from 'zod';
import type { CheckReport, Connector } from '#contract';
import type { App } from '../app.ts';
import { settingFields } from '../outbound/secret-values.ts';
import { resolveSecret, storeLocalSecret } from '../secrets.ts';
import { connectionId, saveConnection } from '../store/connections.ts';
import { UsageError } from './terminal.ts';

export interface ConnectRequest {
  readonly tenantId: string;
  readonly source: string;
  readonly name: string | null;
  /** Settings as given; secret ones are taken out and kept apart. */
  readonly settings: Record<string, unknown>;
  /** Where the secrets are, when they were not given: `env:`, `file:`, `vault:`. */
  readonly secretRef: string | null;
  readonly evenIfCheckFails: boolean;
}

export interface Connected {
  readonly connectionId: string | null;
  readonly report: CheckReport;
}

/**
 * Connects a tenant's account: settings are checked against the connector's schema, the source is asked who we are and what we may see,
 * secrets go to the secret store and everything else to the database. Connecting the same account again keeps the connection.
 * @throws UsageError for settings that do not fit, naming each
 */
export async function connectSource(app: App, request: ConnectRequest): Promise<Connected> {
  const connector = app.connectors.find((c) => c.id === request.source);
  if (connector === undefined)
    throw new UsageError(`there is no source "${request.source}"; there are: ${app.connectors.map((c) => c.id).join(', ')}`);
  const fetched = request.secretRef === null ? {} : await resolveSecret(request.secretRef, app.secretSources);
  const settings = parseSettings(connector, { ...fetched, ...request.settings });
  const report = await app.check(connector, settings);
  if (report.findings.some((finding) => finding.level === 'error') && !request.evenIfCheckFails) return { connectionId: null, report };

  const secrets = new Set(settingFields(connector.settings).flatMap((field) => (field.secret ? [field.name] : [])));
  const split = (wanted: boolean) => Object.fromEntries(Object.entries(settings).filter(([name]) => secrets.has(name) === wanted));
  const accountKey = report.account ?? connector.accountKey(settings);
  const id = await connectionId(app.db, request.tenantId, connector.id, accountKey);
  const reference = request.secretRef ?? (await storeLocalSecret(id, split(true), app.config.home));
  const saved = await saveConnection(app.db, id, reference, {
    tenantId: request.tenantId,
    source: connector.id,
    name: request.name ?? connector.title,
    accountKey,
    settings: split(false),
    host: connector.host(settings),
    version: report.version,
    streams: connector.streams.map((stream) => ({ name: stream.name, intervalSeconds: stream.intervalSeconds })),
  });
  return { connectionId: saved, report };
}

function parseSettings(connector: Connector, settings: Record<string, unknown>): Record<string, unknown> {
  const parsed = connector.settings.safeParse(settings);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || 'settings'}: ${issue.message}`).join('\n');
    throw new UsageError(
      `the settings of ${connector.id} do not fit:\n${faults}\nSee what each means: kpi connect ${connector.id} --show-settings`,
    );
  }
  return z.record(z.string(), z.unknown()).parse(parsed.data);
}

/** The settings of a connector as lines of help: name, whether secret, what it is. */
export function settingsHelp(connector: Connector): string[] {
  return settingFields(connector.settings).map(
    ({ name, secret, description, optional }) =>
      `  ${name.padEnd(24)}${optional ? '' : '(required) '}${secret ? '(secret) ' : ''}${description ?? ''}`,
  );
}
