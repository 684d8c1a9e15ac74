import { z } from 'zod';
import { SourceError, type ReadContext } from '#contract';
import { openClient, unexpectedAnswer, type ChatwootClient } from './client.ts';
import type { ChatwootSettings } from './settings.ts';

// The raw profile holds access_token and pubsub_token: only the roles are taken.
const profile = z.object({ accounts: z.array(z.object({ id: z.number(), role: z.string().nullish() })) });

export interface OpenAccount {
  readonly client: ChatwootClient;
  /** The server's clock before the first record was asked for: a walk may claim nothing beyond it. */
  readonly at: string;
}

/** The token's role in the account; null when it has none. */
export async function readRole(client: ChatwootClient, accountId: number): Promise<{ role: string | null; at: string }> {
  const answer = await client.getRoot('/api/v1/profile');
  const parsed = profile.safeParse(answer.json);
  if (!parsed.success) throw unexpectedAnswer('GET /api/v1/profile');
  return { role: parsed.data.accounts.find(({ id }) => id === accountId)?.role ?? null, at: answer.at };
}

/**
 * Begins a walk: proves that the token is an administrator's and takes the server's clock. Asked on every walk, because an
 * agent's token (or a role taken away later) gets fewer rows and no error.
 * @throws SourceError `agent_token`, `wrong_account`
 */
export async function openAccount(context: ReadContext<ChatwootSettings>): Promise<OpenAccount> {
  const client = openClient(context);
  const { account_id } = context.settings;
  const { role, at } = await readRole(client, account_id);
  if (role === 'administrator') return { client, at };
  throw roleRefused(role, account_id);
}

/** Why a token of this role is not read with. */
export function roleRefused(role: string | null, accountId: number): SourceError {
  if (role === null) {
    return new SourceError({
      kind: 'config',
      code: 'wrong_account',
      message: `the token's user is not a member of account ${accountId}`,
      advice: 'Check account_id, or use a token of an administrator of that account',
    });
  }
  return new SourceError({
    kind: 'config',
    code: 'agent_token',
    message: `the token's user has the role "${role.slice(0, 40)}" in account ${accountId}: Chatwoot would leave out conversations without saying so`,
    advice: "Use an administrator's access token, or make this user an administrator of the account",
  });
}
