import { SignJWT } from 'jose';

export interface EmbedClaims {
  readonly dashboardId: number;
  readonly tenantId: string;
  /** Canonical. */
  readonly rut: string;
  /** METABASE_EMBEDDING_SECRET: 64 hexadecimal digits. */
  readonly secret: string;
  readonly now: Date;
  /** At most 600. */
  readonly ttlSeconds: number;
}

/** Longest a signed address may live: it cannot be taken back. */
export const LONGEST_SECONDS = 600;

/**
 * The token with which one dashboard of one tenant may be shown, and until when. Metabase takes the 64 digits themselves as the key,
 * not the bytes they stand for. It allows a minute's difference of clocks.
 */
export async function signEmbed(claims: EmbedClaims): Promise<{ readonly token: string; readonly expiresAt: Date }> {
  const { dashboardId, tenantId, rut, secret, now, ttlSeconds } = claims;
  if (!/^[0-9a-f]{64}$/i.test(secret)) throw new Error('METABASE_EMBEDDING_SECRET is not 64 hexadecimal digits');
  if (!(ttlSeconds > 0 && ttlSeconds <= LONGEST_SECONDS))
    throw new Error(`a token lives 1 to ${LONGEST_SECONDS} seconds, not ${ttlSeconds}`);
  const expires = Math.floor(now.getTime() / 1000) + Math.floor(ttlSeconds);
  const token = await new SignJWT({ resource: { dashboard: dashboardId }, params: { tenant_id: tenantId, rut } })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));
  return { token, expiresAt: new Date(expires * 1000) };
}
