import { z } from 'zod';
import { SourceError, type CheckFinding, type CheckReport, type ReadContext } from '#contract';
import { readRole, roleRefused } from './account.ts';
import { openClient, unexpectedAnswer, type ChatwootClient } from './client.ts';
import { rawInbox } from './records.ts';
import type { ChatwootSettings } from './settings.ts';

const about = z.object({ version: z.string().max(50) });
const inboxList = z.object({ payload: z.array(rawInbox) });

/**
 * Version, the token's role, and what will silently be absent.
 * @throws SourceError when Chatwoot cannot be reached or is none
 */
export async function check(context: ReadContext<ChatwootSettings>): Promise<CheckReport> {
  const client = openClient(context);
  const parsed = about.safeParse((await client.getRoot('/api')).json);
  if (!parsed.success) throw unexpectedAnswer('GET /api');
  const { version } = parsed.data;
  const findings = [...versionFindings(version)];
  const { account_id } = context.settings;
  try {
    const { role } = await readRole(client, account_id);
    if (role !== 'administrator') findings.push(asFinding(roleRefused(role, account_id)));
    else findings.push(...(await inboxFindings(client, context.settings)));
  } catch (error) {
    if (!(error instanceof SourceError) || error.kind !== 'config') throw error;
    return { account: null, version, findings: [...findings, asFinding(error)] };
  }
  return { account: accountKey(context.settings), version, findings };
}

/** The same account again: host and account number, for ids repeat across the accounts of an installation. */
export function accountKey({ base_url, account_id }: ChatwootSettings): string {
  const { host, pathname } = new URL(base_url);
  return `${host}${pathname.replace(/\/+$/, '')}/${account_id}`;
}

function versionFindings(version: string): CheckFinding[] {
  const update = 'Update Chatwoot; 4.0.2 or later is read in full';
  if (isBefore(version, [3, 6, 0])) {
    const message = `Chatwoot ${version} cannot list what changed: conversations are found by their activity alone`;
    return [{ level: 'warning', code: 'version_without_updated_within', message, advice: update }];
  }
  if (!isBefore(version, [4, 0, 2])) return [];
  const message = `Chatwoot ${version} does not state when a conversation changed: the order of reading decides which state is newer`;
  return [{ level: 'warning', code: 'version_without_updated_at', message, advice: update }];
}

function isBefore(version: string, limit: readonly [number, number, number]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  const at = limit.findIndex((part, index) => (parts[index] ?? 0) !== part);
  return at !== -1 && (parts[at] ?? 0) < (limit[at] ?? 0);
}

async function inboxFindings(client: ChatwootClient, settings: ChatwootSettings): Promise<CheckFinding[]> {
  const parsed = inboxList.safeParse((await client.get('/inboxes')).json);
  if (!parsed.success) throw unexpectedAnswer('GET /inboxes');
  const findings: CheckFinding[] = [];
  const unclear = parsed.data.payload
    .filter(({ id, channel_type }) => channel_type === 'Channel::Api' && !settings.whatsapp_inbox_ids.includes(id))
    .map(({ id }) => id);
  if (unclear.length > 0) {
    findings.push({
      level: 'warning',
      code: 'api_inboxes',
      message: `Inboxes ${unclear.slice(0, 20).join(', ')} are of type Channel::Api and count as channel Other`,
      advice: 'If one of them is a WhatsApp bridge, name it in whatsapp_inbox_ids',
    });
  }
  const known = new Set(parsed.data.payload.map(({ id }) => id));
  const strangers = settings.whatsapp_inbox_ids.filter((id) => !known.has(id));
  if (strangers.length > 0) {
    findings.push({
      level: 'warning',
      code: 'unknown_inboxes',
      message: `whatsapp_inbox_ids names inboxes this account does not have: ${strangers.slice(0, 20).join(', ')}`,
      advice: 'Correct whatsapp_inbox_ids: inbox ids stand in the address of an inbox settings page',
    });
  }
  return findings;
}

function asFinding({ code, message, advice }: SourceError): CheckFinding {
  return { level: 'error', code, message, advice };
}
