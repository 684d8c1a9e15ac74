import { z } from 'zod';
import { SourceError } from '#contract';

const errorSchema = z.object({
  message: z.string().catch(''),
  path: z.array(z.union([z.string(), z.number()])).catch([]),
  extensions: z.object({ code: z.string().optional(), requiredAccess: z.string().optional() }).catch({}),
});
type GraphqlError = z.output<typeof errorSchema>;

/** Codes for which the caller has an answer of its own: wait, ask for less, or leave the buyer out. */
export const RECOVERABLE = {
  throttled: 'throttled',
  tooCostly: 'max_cost_exceeded',
  badCursor: 'invalid_cursor',
  noIdentity: 'protected_customer_data',
  noCustomer: 'customer_denied',
} as const;

/**
 * Makes one error of the list a 200 answer carried. The first that a person or the caller can act on speaks; messages of
 * Shopify name fields and scopes, never data, and are cut short.
 */
export function graphqlError(errors: unknown): SourceError {
  const list = z.array(errorSchema).catch([]).parse(errors);
  const verdicts = list.map(verdictOf);
  return verdicts.find((v) => v.code !== 'query_refused') ?? verdicts[0] ?? unreadable();
}

function verdictOf(error: GraphqlError): SourceError {
  const said = error.message.replaceAll(/\s+/g, ' ').slice(0, 200);
  switch (error.extensions.code) {
    case 'THROTTLED':
      return new SourceError({
        kind: 'transient',
        code: RECOVERABLE.throttled,
        message: 'the cost bucket of the shop is empty',
        advice: 'Nothing to do: it refills by itself. If it stays so, other apps of this shop use the same credentials.',
      });
    case 'MAX_COST_EXCEEDED':
      return new SourceError({
        kind: 'bug',
        code: RECOVERABLE.tooCostly,
        message: `one query costs more than Shopify allows: ${said}`,
        advice: 'Report this with the message; a smaller page was not enough.',
      });
    case 'ACCESS_DENIED':
      return accessDenied(error, said);
    case 'INTERNAL_SERVER_ERROR':
    case 'TIMEOUT':
      return new SourceError({
        kind: 'transient',
        code: 'server_error',
        message: `Shopify failed inside: ${said}`,
        advice: 'Nothing to do: it is tried again. See www.shopifystatus.com if it goes on.',
      });
    case 'SHOP_INACTIVE':
      return new SourceError({
        kind: 'config',
        code: 'shop_inactive',
        message: 'the shop is closed or paused',
        advice: 'Pause this connection, or ask the owner of the shop to open it again.',
      });
    default:
      return new SourceError({
        kind: 'bug',
        code: /cursor/i.test(said) ? RECOVERABLE.badCursor : 'query_refused',
        message: `Shopify refused the query: ${said}`,
        advice: 'Set api_version to the version in the README of this connector, or report this with the message.',
      });
  }
}

/** What a shopper typed at the checkout: protected customer data like the account's. */
const CONTACT: ReadonlySet<string> = new Set(['email', 'phone', 'localizedFields', 'customAttributes', 'billingAddress']);

function accessDenied(error: GraphqlError, said: string): SourceError {
  const at = error.path.filter((step) => typeof step === 'string');
  const inCustomer = at.indexOf('customer');
  // What a guest left stands at the order itself, what a shopper left with a cart in its address.
  const contact = at.some((step) => CONTACT.has(step));
  const unapproved = contact || /not approved/i.test(said);
  if (inCustomer >= 0 || unapproved) {
    return new SourceError({
      kind: 'config',
      code: unapproved || inCustomer < at.length - 1 ? RECOVERABLE.noIdentity : RECOVERABLE.noCustomer,
      message: `the app may not read ${at.slice(inCustomer).join('.') || 'protected customer data'}`,
      advice: 'Grant the scope read_customers and protected customer data (e-mail, phone, address) to the app.',
    });
  }
  const scope = /`(\w+)`/.exec(error.extensions.requiredAccess ?? said)?.[1];
  return new SourceError({
    kind: 'config',
    code: 'access_denied',
    message: `the app may not read ${at.join('.') || 'this'}${scope === undefined ? '' : `: the scope ${scope} is missing`}`,
    advice: `Grant ${scope ?? 'the missing scope'} to the app, release a new version of it, accept it in the shop, then run kpi check.`,
  });
}

function unreadable(): SourceError {
  return new SourceError({
    kind: 'transient',
    code: 'unexpected_answer',
    message: 'Shopify answered with an error that has no readable description',
    advice: 'Nothing to do: it is tried again. Report it if it goes on.',
  });
}
