import type { FastifyPluginAsync } from 'fastify';
import { receiveClerkMessage, verifyClerkMessage, WebhookRefused } from '../clerk/webhook.ts';
import type { Database } from '../store/database.ts';
import { ProblemError } from './problem.ts';
import type { ServerLog } from './server.ts';

export interface ClerkWebhookOptions {
  readonly db: Database;
  readonly log: ServerLog;
  readonly secret: string;
}

/**
 * `POST /api/webhooks/clerk`: what changed about users, signed by Clerk through Svix. 2xx only when it is written (or known, or nothing to
 * us), because anything else is sent again.
 */
export function clerkWebhook({ db, log, secret }: ClerkWebhookOptions): FastifyPluginAsync {
  return async (server) => {
    // The signature covers the bytes as they came; a parsed and re-written body would be another.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    server.post('/api/webhooks/clerk', async (request) => {
      try {
        const message = verifyClerkMessage(secret, request.headers, typeof request.body === 'string' ? request.body : '');
        const outcome = await receiveClerkMessage(db, message);
        log.info({ message_id: message.id, type: message.type, outcome }, 'message of Clerk');
        return { outcome };
      } catch (error) {
        if (!(error instanceof WebhookRefused)) throw error;
        log.warn({ because: error.because }, `message of Clerk refused: ${error.message}`);
        throw error.because === 'signature'
          ? new ProblemError({
              status: 401,
              code: 'not_signed',
              detail: {
                es: 'El mensaje no está firmado con el secreto de esta dirección, o es demasiado antiguo.',
                en: 'The message is not signed with the secret of this endpoint, or too old.',
              },
            })
          : new ProblemError({
              status: 422,
              code: 'not_readable',
              detail: {
                es: 'El mensaje está firmado, pero su contenido no es el esperado.',
                en: 'The message is signed, but its contents are not as expected.',
              },
            });
      }
    });
  };
}
