import type pg from 'pg';
import type { Draft, DraftFor } from '#contract';
import { rebuildTenant } from '../../src/store/rebuild.ts';
import { writeBatch } from '../../src/store/write-batch.ts';
import type { EngineRig, Place } from './engine-rig.ts';
import { jobOf, scripted, tenantWith } from './scripted-stream.ts';

/** A clock time of a day in Chile in summer (UTC−3) as an instant: `at('10:05')`, `at('10:05', '2025-11-04')`. */
export function at(time: string, day = '2025-11-05'): string {
  return `${new Date(`${day}T${time.length === 5 ? `${time}:00` : time}-03:00`).toISOString().slice(0, 19)}Z`;
}

let messages = 0;
type Sender = DraftFor<'message'>['fields']['sender_kind'];

/** A message: `in` of the customer, `reply` of agent 3, and everything that looks like a reply and is none. */
export function said(
  conversationId: string,
  time: string,
  what: keyof typeof MESSAGES = 'in',
  changes: Partial<DraftFor<'message'>['fields']> = {},
): Draft {
  messages += 1;
  return {
    entity: 'message',
    sourceId: String(messages),
    sourceCreatedAt: time,
    sourceUpdatedAt: null,
    fields: {
      conversation_id: conversationId,
      created_at: time,
      direction: 'outgoing',
      private: false,
      sender_kind: 'none' satisfies Sender,
      agent_id: null,
      content_type: 'text',
      status: 'sent',
      is_deleted: false,
      ...MESSAGES[what],
      ...changes,
    },
  };
}

const MESSAGES = {
  in: { direction: 'incoming', sender_kind: 'contact' },
  reply: { sender_kind: 'user', agent_id: '3' },
  echo: { sender_kind: 'echo' },
  note: { sender_kind: 'user', agent_id: '3', private: true },
  bot: { sender_kind: 'agent_bot' },
  captain: { sender_kind: 'captain' },
  botUser: { sender_kind: 'agent_bot', agent_id: '8' },
  rule: { sender_kind: 'automation' },
  template: { direction: 'template' },
  survey: { direction: 'template', content_type: 'input_csat' },
  activity: { direction: 'activity' },
} as const satisfies Record<string, Partial<DraftFor<'message'>['fields']>>;

/** A conversation of inbox 12 as it is at `updatedAt`. */
export function conversation(
  sourceId: string,
  createdAt: string,
  changes: Partial<DraftFor<'conversation'>['fields']> & { updatedAt?: string } = {},
): Draft {
  const { updatedAt = createdAt, ...fields } = changes;
  return {
    entity: 'conversation',
    sourceId,
    sourceCreatedAt: createdAt,
    sourceUpdatedAt: updatedAt,
    fields: {
      inbox_id: '12',
      status: 'open',
      created_at: createdAt,
      last_activity_at: createdAt,
      first_reply_at: null,
      waiting_since: null,
      snoozed_until: null,
      assignee_id: null,
      assignee_kind: null,
      team: null,
      priority: null,
      labels: [],
      ...fields,
    },
  };
}

/** An inbox without hours, or with those given (`1 09:00-18:00`; 0 is Sunday). */
export function inbox(sourceId: string, hours: readonly string[] | null = null, changes: Partial<DraftFor<'inbox'>['fields']> = {}): Draft {
  return {
    entity: 'inbox',
    sourceId,
    sourceCreatedAt: null,
    sourceUpdatedAt: null,
    fields: {
      name: 'WhatsApp',
      channel: 'WhatsApp',
      channel_type: 'Channel::Whatsapp',
      working_hours_enabled: hours !== null,
      timezone: 'America/Santiago',
      csat_enabled: true,
      working_hours: [...(hours ?? [])],
      ...changes,
    },
  };
}

export function agent(sourceId: string, isBot = false): Draft {
  const fields = { name: `Agente ${sourceId}`, role: 'agent', confirmed: true, is_bot: isBot };
  return { entity: 'agent', sourceId, sourceCreatedAt: null, sourceUpdatedAt: null, fields };
}

/** A reporting event of Chatwoot that ended at `time`. */
export function reported(sourceId: string, conversationId: string, name: string, time: string): Draft {
  return {
    entity: 'conversation_event',
    sourceId,
    sourceCreatedAt: time,
    sourceUpdatedAt: null,
    fields: {
      conversation_id: conversationId,
      conversation_internal_id: `9${conversationId}`,
      name,
      created_at: time,
      started_at: null,
      inbox_id: '12',
      agent_id: null,
      value_seconds: '1',
      business_seconds: null,
    },
  };
}

export function rated(sourceId: string, conversationId: string, time: string, rating: number, survey: string | null = null): Draft {
  return {
    entity: 'csat_response',
    sourceId,
    sourceCreatedAt: time,
    sourceUpdatedAt: null,
    fields: { conversation_id: conversationId, survey_id: survey, agent_id: '3', rating, created_at: time },
  };
}

/** One company with a Chatwoot, written to batch by batch as a sync would, and asked as its analyst. */
export class SupportCompany {
  readonly tenantId: string;
  readonly #rig: EngineRig;
  readonly #place: Place;
  readonly #analyst: pg.Client;
  #reads = 0;
  #batches = 0;

  private constructor(rig: EngineRig, place: Place, analyst: pg.Client) {
    this.#rig = rig;
    this.#place = place;
    this.#analyst = analyst;
    this.tenantId = place.tenantId;
  }

  static async open(rig: EngineRig, analyst: pg.Client, options: { timeZone?: string } = {}): Promise<SupportCompany> {
    const { tenantId, connections } = await tenantWith(rig.db, ['chatwoot'], options);
    const place = { tenantId, connectionId: connections['chatwoot']!, source: 'chatwoot' };
    return new SupportCompany(rig, place, analyst);
  }

  /** One batch of one page, read after all before it and committed. */
  async write(...drafts: readonly Draft[]): Promise<void> {
    this.#reads += 1;
    await this.deliver(drafts.map((draft) => ({ readSeq: this.#reads, draft })));
  }

  /** One batch of drafts that were read at different times, in whatever order. */
  async deliver(read: readonly { readonly readSeq: number; readonly draft: Draft }[]): Promise<void> {
    this.#batches += 1;
    const place = { stream: 'conversations', lane: `backfill:${this.#batches}` };
    const { normalize } = jobOf(this.#place, scripted([], place.stream));
    const rows = read.map(({ readSeq, draft }) => {
      const row = normalize(draft, BigInt(readSeq));
      if (!('hash' in row)) throw new Error(row.reason);
      return row;
    });
    await writeBatch(this.#rig.db, { ...(await this.#rig.batch(this.#place, 1, [], place)), rows });
  }

  /** The data are known to be all there from the beginning until this instant. */
  async covered(until: string, streams: readonly string[] = ['conversations', 'csat_responses']): Promise<void> {
    for (const stream of streams)
      await this.#rig.db.transaction(this.tenantId, ({ query }) =>
        query(
          `insert into kpi.freshness (tenant_id, connection_id, stream, source, covered_until, state) values ($1, $2, $3, 'chatwoot', $4, 'ok')
           on conflict (tenant_id, connection_id, stream) do update set covered_until = excluded.covered_until`,
          [this.tenantId, this.#place.connectionId, stream, until],
        ),
      );
  }

  async set(column: string, value: unknown): Promise<void> {
    await this.#rig.db.transaction(this.tenantId, ({ query }) =>
      query(`update public.tenants set ${column} = $2 where id = $1`, [this.tenantId, value]),
    );
  }

  /** Rows of `from` (a table, view or function call) of this company as arrays; numbers as numbers. */
  async rows(columns: string, from: string, rest = ''): Promise<unknown[][]> {
    const text = `select ${columns} from ${from} as t where t.tenant_id = $1 ${rest}`;
    const { rows } = await this.#analyst.query<unknown[]>({ text, values: [this.tenantId], rowMode: 'array' });
    return rows.map((row) => row.map((value) => (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value)));
  }

  /** What a rebuild finds different: nothing, or the upkeep is wrong. */
  async rebuilt(): Promise<unknown[]> {
    return rebuildTenant(this.#rig.db, this.tenantId);
  }
}
