import { z } from 'zod';

/** Unix seconds up to the year 2100; beyond that it is garbage, and no date. */
const seconds = z.number().int().min(0).max(4_102_444_799);
const recordId = z.number().int().positive();
const isoInstant = z
  .string()
  .max(40)
  .refine((text) => !Number.isNaN(Date.parse(text)), 'is not a date');

/*
 * White-lists: zod drops every key that is not named here. What is missing on purpose: the contact, message texts and
 * attachments, e-mail addresses, and the secrets of an inbox (provider_config, auth_token, imap_password, hmac_token …).
 */

export const rawInbox = z.object({
  id: recordId,
  name: z.string(),
  channel_type: z.string(),
  /** Only on Channel::TwilioSms: sms or whatsapp. */
  medium: z.string().nullish(),
  working_hours_enabled: z.boolean().nullish(),
  timezone: z.string().nullish(),
  csat_survey_enabled: z.boolean().nullish(),
  /** One per day of the week; hours are null on closed days. A list that cannot be read is no reason to lose the inbox. */
  working_hours: z
    .array(
      z.object({
        /** 0 Sunday … 6 Saturday. */
        day_of_week: z.number().int().min(0).max(6),
        closed_all_day: z.boolean().nullish(),
        open_all_day: z.boolean().nullish(),
        open_hour: z.number().int().min(0).max(23).nullish(),
        open_minutes: z.number().int().min(0).max(59).nullish(),
        close_hour: z.number().int().min(0).max(23).nullish(),
        close_minutes: z.number().int().min(0).max(59).nullish(),
      }),
    )
    .max(7)
    .nullish()
    .catch(null),
});
export type RawInbox = z.output<typeof rawInbox>;

export const rawAgent = z.object({
  id: recordId,
  name: z.string().nullish(),
  role: z.string(),
  confirmed: z.boolean().nullish(),
});
export type RawAgent = z.output<typeof rawAgent>;

export const rawConversation = z.object({
  /** The display id: unique within its account only. */
  id: recordId,
  inbox_id: recordId,
  status: z.enum(['open', 'resolved', 'pending', 'snoozed']),
  created_at: seconds,
  /** Seconds with a fraction; absent before Chatwoot 4.0.2. */
  updated_at: z.number().min(0).max(4_102_444_799).nullish(),
  last_activity_at: seconds.nullish(),
  first_reply_created_at: seconds.nullish(),
  waiting_since: seconds.nullish(),
  snoozed_until: isoInstant.nullish(),
  priority: z.string().nullish(),
  labels: z.array(z.string()).nullish(),
  meta: z.object({
    /** Keys are absent, not null, when there is none. */
    assignee: z.object({ id: recordId }).nullish(),
    assignee_type: z.string().nullish(),
    team: z.object({ name: z.string() }).nullish(),
  }),
  /** The last message, of which only the id is taken: the upper end for reading messages. A strange one is no reason to refuse. */
  messages: z
    .array(z.object({ id: recordId }))
    .nullish()
    .catch(null),
});
export type RawConversation = z.output<typeof rawConversation>;

export const rawMessage = z.object({
  id: recordId,
  /** incoming 0, outgoing 1, activity 2, template 3: integers here, words in webhooks. */
  message_type: z.number().int().min(0).max(3),
  content_type: z.string().nullish(),
  status: z.string().nullish(),
  content_attributes: z
    .object({
      deleted: z.boolean().nullish().catch(null),
      automation_rule_id: z.union([z.number(), z.string()]).nullish().catch(null),
      external_echo: z.boolean().nullish().catch(null),
    })
    .nullish(),
  created_at: seconds,
  private: z.boolean().nullish(),
  sender: z.object({ id: z.number().int().nullish(), type: z.string().nullish() }).nullish(),
});
export type RawMessage = z.output<typeof rawMessage>;

/** A row of Chatwoot's own reporting, of servers that have them. */
export const rawReportingEvent = z.object({
  id: recordId,
  name: z.string(),
  value: z.number(),
  /** 0, not null, where the inbox has no working hours. */
  value_in_business_hours: z.number().nullish(),
  event_start_time: isoInstant.nullish(),
  event_end_time: isoInstant.nullish(),
  created_at: isoInstant,
  inbox_id: recordId.nullish(),
  user_id: recordId.nullish(),
  /** The INTERNAL id of the conversation, not the number that everything else calls its id. */
  conversation_id: recordId,
});
export type RawReportingEvent = z.output<typeof rawReportingEvent>;

export const rawCsatResponse = z.object({
  id: recordId,
  /** The message that asked. */
  message_id: recordId.nullish(),
  /** The conversation's display id. */
  conversation_id: recordId,
  rating: z.number().int().min(1).max(5),
  assigned_agent: z.object({ id: recordId }).nullish(),
  created_at: seconds,
});
export type RawCsatResponse = z.output<typeof rawCsatResponse>;
