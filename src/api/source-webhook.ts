import type { Connector, PrivacyPerson } from '#contract';
import type { FastifyPluginAsync } from 'fastify';
import { sharedKey } from '../normalize/identity-keys.ts';
import { recordIds } from '../normalize/record-id.ts';
import { listConnections, type ConnectionRow } from '../store/connections.ts';
import type { Database } from '../store/database.ts';
import type { ErasureSubject } from '../store/erase-customer.ts';
import { receivePrivacyRequest } from '../store/privacy-requests.ts';
import { ProblemError } from './problem.ts';
import type { ServerLog } from './server.ts';

export interface SourceWebhookOptions {
  readonly connectors: readonly Connector[];
  /** A connection's settings with its secrets. @throws SecretError */
  settingsOf(row: ConnectionRow): Promise<unknown>;
  /** The key that a company's customers are made pseudonyms with. */
  identityKeyOf(tenantId: string): Buffer;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * `POST /api/webhooks/{source}/{connection}`: what a source tells by itself, signed with the connection's own key. 2xx only when it is written
 * (or known, or nothing to us), because anything else is sent again. Of a connection that is not there and of a wrong signature the same is said.
 */
export function sourceWebhook(options: SourceWebhookOptions & { readonly db: Database; readonly log: ServerLog }): FastifyPluginAsync {
  const { db, log, connectors, settingsOf, identityKeyOf } = options;
  return async (server) => {
    // The signature covers the bytes as they came; a parsed and re-written body would be another.
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    server.post<{ Params: { source: string; connection: string } }>('/api/webhooks/:source/:connection', async (request) => {
      const { source, connection: id } = request.params;
      const read = connectors.find((one) => one.id === source)?.webhook;
      const [row] = read === undefined || !UUID.test(id) ? [] : await listConnections(db, { source, id });
      if (read === undefined || row === undefined) throw notSigned();
      const body = Uint8Array.from(Buffer.isBuffer(request.body) ? request.body : []);
      const reading = await read(await settingsOf(row), { headers: request.headers, body });
      const fields = { tenant_id: row.tenant_id, connection_id: row.id, source };
      if (reading.kind !== 'privacy') {
        if (reading.kind === 'other') return { outcome: 'ignored' };
        log.warn({ ...fields, because: reading.kind }, 'a message of a source was refused');
        throw reading.kind === 'unsigned' ? notSigned() : notReadable();
      }
      const { id: message, topic, reference, person } = reading.request;
      const subjects = person === null ? [] : subjectsOf(row, person, identityKeyOf(row.tenant_id));
      const received = { tenantId: row.tenant_id, connectionId: row.id, source, id: message, topic, reference, subjects };
      const isNew = await receivePrivacyRequest(db, received);
      log.info({ ...fields, topic, outcome: isNew ? 'applied' : 'duplicate' }, 'a request about personal data');
      return { outcome: isNew ? 'applied' : 'duplicate' };
    });
  };
}

/** Pseudonyms of all that the person is known by: what was sent goes no further than here. */
function subjectsOf({ tenant_id, id }: ConnectionRow, { sourceIds, email, phone }: PrivacyPerson, key: Buffer): ErasureSubject[] {
  const idOf = recordIds(tenant_id, id);
  const subjects: ErasureSubject[] = sourceIds.map((sourceId) => ({ kind: 'customer', key: idOf('customer', sourceId) }));
  for (const [kind, typed] of [
    ['email', email],
    ['phone', phone],
  ] as const) {
    const hashed = typed === null ? null : sharedKey(key, kind, typed);
    if (hashed !== null) subjects.push({ kind, key: hashed });
  }
  return subjects;
}

function notSigned(): ProblemError {
  return new ProblemError({
    status: 401,
    code: 'not_signed',
    detail: {
      es: 'El mensaje no está firmado con el secreto de esta dirección.',
      en: 'The message is not signed with the secret of this endpoint.',
    },
  });
}

function notReadable(): ProblemError {
  return new ProblemError({
    status: 422,
    code: 'not_readable',
    detail: {
      es: 'El mensaje está firmado, pero su contenido no es el esperado.',
      en: 'The message is signed, but its contents are not as expected.',
    },
  });
}
