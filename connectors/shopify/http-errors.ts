import { SourceError, type HttpAnswer, type SourceErrorDetails } from '#contract';

type Verdict = Pick<SourceErrorDetails, 'code' | 'message' | 'advice'>;

const VERDICTS: Readonly<Record<number, Verdict>> = {
  400: {
    code: 'app_not_installed',
    message: 'Shopify refused the credentials of the app for this shop',
    advice: 'Install the app in the shop (client credentials work only for shops of the own organisation), then run kpi check.',
  },
  401: {
    code: 'unauthorized',
    message: 'the access token is wrong, expired or was revoked',
    advice: 'Create a new Admin API access token (or check client_id and client_secret), store it, then run kpi check.',
  },
  402: {
    code: 'shop_frozen',
    message: 'the shop is frozen because its bill was not paid',
    advice: 'The owner of the shop must pay the Shopify invoice; syncing goes on by itself after that.',
  },
  403: {
    code: 'forbidden',
    message: 'Shopify refuses this app for this shop',
    advice: 'See in the Shopify admin whether the app is still installed and the shop active, then run kpi check.',
  },
  404: {
    code: 'shop_not_found',
    message: 'there is no such shop',
    advice: 'Correct shop_domain: it is the permanent …myshopify.com address, which a rename of the shop does not change.',
  },
  423: {
    code: 'shop_locked',
    message: 'the shop is locked',
    advice: 'The owner of the shop must have it unlocked by Shopify support.',
  },
};

/**
 * What Shopify means by a status, where it differs from the common table: every refusal is for a person to mend, and a
 * redirect is one too (the shop was renamed or merged). It is never followed: the token would travel to the new place.
 */
export function classifyHttp(answer: HttpAnswer): SourceError | null {
  if (answer.status >= 300 && answer.status < 400) {
    return new SourceError({
      kind: 'config',
      code: 'shop_moved',
      status: answer.status,
      message: 'the shop answers with a redirect, so it goes by another permanent domain now',
      advice: 'Set shop_domain to the …myshopify.com address shown in the Shopify admin under Settings, Domains.',
    });
  }
  const verdict = VERDICTS[answer.status];
  return verdict === undefined ? null : new SourceError({ kind: 'config', status: answer.status, ...verdict });
}
