import { describe, expect, test } from 'vitest';
import { ENTITIES, type Draft } from '#contract';
import agentList from './fixtures/agents.json' with { type: 'json' };
import conversationList from './fixtures/conversations.json' with { type: 'json' };
import answerList from './fixtures/csat-survey-responses.json' with { type: 'json' };
import inboxList from './fixtures/inboxes.json' with { type: 'json' };
import eventList from './fixtures/reporting-events.json' with { type: 'json' };
import messageList from './fixtures/messages.json' with { type: 'json' };
import { agentDraft, conversationDraft, csatDraft, eventDraft, inboxDraft, messageDraft } from './mapping.ts';
import { parseRecord } from './parse-record.ts';
import { rawAgent, rawConversation, rawCsatResponse, rawInbox, rawMessage, rawReportingEvent } from './records.ts';

const rules = { bot_user_ids: [8], whatsapp_inbox_ids: [17] };

const inboxes = inboxList.payload.map((raw) => inboxDraft(rawInbox.parse(raw), rules));
const agents = agentList.map((raw) => agentDraft(rawAgent.parse(raw), rules));
const conversations = conversationList.data.payload.map((raw) => conversationDraft(rawConversation.parse(raw), rules));
const messages = messageList.payload.map((raw) => messageDraft(rawMessage.parse(raw), 1042, rules));
const answers = answerList.map((raw) => csatDraft(rawCsatResponse.parse(raw)));
const events = eventList.map((raw) => eventDraft(rawReportingEvent.parse(raw), 1042));
const everything: readonly Draft[] = [...inboxes, ...agents, ...conversations, ...messages, ...answers, ...events];

describe('chatwoot mapping', () => {
  test('a channel is what people mean, also for Twilio and for a bridge named in the settings', () => {
    expect(inboxes.map(({ fields }) => fields.channel)).toEqual(['WhatsApp', 'Web', 'Email', 'WhatsApp', 'Other', 'WhatsApp', 'Other']);
  });

  test('a conversation keeps its version to the microsecond, and its times as instants', () => {
    expect(conversations[0]).toMatchObject({
      sourceId: '1042',
      sourceCreatedAt: '2026-06-17T09:53:20Z',
      sourceUpdatedAt: '2026-06-17T12:34:56.654321Z',
      fields: {
        inbox_id: '12',
        status: 'open',
        created_at: '2026-06-17T09:53:20Z',
        first_reply_at: '2026-06-17T10:13:54Z',
        waiting_since: '2026-06-17T12:34:56Z',
        assignee_id: '3',
        assignee_kind: 'user',
        team: 'postventa',
        priority: 'high',
        labels: ['boleta', 'urgente'],
      },
    });
    expect(conversations[1]?.sourceUpdatedAt).toBe('2026-06-17T12:23:20.100000Z');
  });

  test('zero is no time', () => {
    expect(conversations[1]?.fields).toMatchObject({ first_reply_at: null, waiting_since: null });
  });

  test("a bot's number is not taken for the agent who has the same", () => {
    expect(conversations[1]?.fields).toMatchObject({ assignee_id: null, assignee_kind: 'agent_bot' });
  });

  test('a conversation of an old version, without updated_at and with a strange last message, is still read', () => {
    expect(conversations[2]).toMatchObject({
      sourceUpdatedAt: null,
      fields: { snoozed_until: '2026-06-20T13:00:00.000Z', assignee_id: null },
    });
  });

  test('who sent a message: contact, bot, Captain, person, bot user, rule, echo, nobody', () => {
    expect(messages.map(({ fields }) => [fields.sender_kind, fields.agent_id])).toEqual([
      ['contact', null],
      ['none', null],
      ['agent_bot', null],
      ['captain', null],
      ['user', '3'],
      ['agent_bot', '8'],
      ['automation', null],
      ['echo', null],
      ['user', '3'],
      ['user', '3'],
      ['none', null],
      ['none', null],
    ]);
  });

  test('direction, privacy and deletion of a message', () => {
    expect(messages.map(({ fields }) => fields.direction)).toEqual([
      'incoming',
      'template',
      ...Array<string>(8).fill('outgoing'),
      'activity',
      'template',
    ]);
    expect(messages.filter(({ fields }) => fields.private).map(({ sourceId }) => sourceId)).toEqual(['90009']);
    expect(messages.filter(({ fields }) => fields.is_deleted).map(({ sourceId }) => sourceId)).toEqual(['90010']);
    expect(messages.at(-1)?.fields.content_type).toBe('input_csat');
  });

  test('opening hours: a day that opens is a line, one that opens all day ends at 24:00, a closed one or one that ends before it begins is none', () => {
    expect(inboxes.map(({ fields }) => fields.working_hours)).toEqual([
      ['1 09:00-18:00', '2 09:00-18:30', '6 00:00-24:00'],
      [],
      [],
      [],
      [],
      [],
      [],
    ]);
  });

  test('hours that cannot be read are no reason to lose an inbox', () => {
    const strange = { ...inboxList.payload[0], working_hours: [{ day_of_week: 9 }] };
    expect(inboxDraft(rawInbox.parse(strange), rules).fields).toMatchObject({ working_hours: [], working_hours_enabled: true });
  });

  test('an agent that the settings list is a bot', () => {
    expect(agents.map(({ sourceId, fields }) => [sourceId, fields.is_bot])).toEqual(
      agents.map(({ sourceId }) => [sourceId, sourceId === '8']),
    );
    expect(agents.some(({ fields }) => fields.is_bot)).toBe(true);
  });

  test('a reporting event belongs to the conversation that was asked for, not to the internal id it carries', () => {
    expect(events[0]?.fields).toEqual({
      conversation_id: '1042',
      conversation_internal_id: '88123',
      name: 'first_response',
      created_at: '2026-06-17T12:36:56.000Z',
      started_at: '2026-06-17T12:34:56.000Z',
      inbox_id: '12',
      agent_id: '3',
      value_seconds: '120',
      business_seconds: null,
    });
    expect(events[1]?.fields).toMatchObject({
      name: 'conversation_resolved',
      value_seconds: '7200.5',
      business_seconds: '3600.25',
      agent_id: null,
    });
  });

  test('a survey answer names conversation and agent, where there is one', () => {
    expect(answers.map(({ fields }) => fields)).toEqual([
      { conversation_id: '1042', survey_id: '90012', agent_id: '3', rating: 5, created_at: '2026-06-17T12:40:00Z' },
      { conversation_id: '1043', survey_id: '90020', agent_id: null, rating: 1, created_at: '2026-06-17T12:41:00Z' },
    ]);
  });

  test('every draft fits its canonical schema', () => {
    for (const draft of everything) {
      const fields: Record<string, unknown> = draft.fields;
      for (const [name, field] of Object.entries(ENTITIES[draft.entity])) expect(field.schema.safeParse(fields[name]).success).toBe(true);
    }
  });

  test('no secret, no contact and no text is in a draft', () => {
    const told = JSON.stringify(everything);
    for (const planted of ['clave-ficticia', 'invalid', 'Persona', '+569', 'Texto que', 'comentario', 'Nota interna', '11.111.111']) {
      expect(told).not.toContain(planted);
    }
  });

  test.each([
    ['a time in words', { created_at: 'ayer' }],
    ['a time beyond the calendar', { created_at: 1e15 }],
    ['an id beyond 2^53', { id: 2 ** 60 }],
    ['no id', { id: undefined }],
    ['an unknown type', { message_type: 9 }],
    ['null instead of a record', null],
  ])('a message with %s becomes a reject without its text', (_what, change) => {
    const sound = messageList.payload[0];
    const parsed = parseRecord('message', rawMessage, change === null ? null : { ...sound, ...change }, { conversation_id: 1042 });
    expect(parsed).toMatchObject({ reject: { entity: 'message', payload: { conversation_id: 1042 } } });
    expect(JSON.stringify(parsed)).not.toContain('persona1');
  });
});
