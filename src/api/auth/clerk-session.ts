import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';

export interface ClerkSessionOptions {
  /** Frontend API of the instance, as `iss` states it; its keys are at `/.well-known/jwks.json`. */
  readonly issuer: string;
  /** Origins whose sessions are taken: `azp` must be one of them. */
  readonly authorizedParties: readonly string[];
  /** Null: `aud` is not looked at, as Clerk's ordinary session tokens have none. */
  readonly audience: string | null;
  /** Shortest time between two readings of the keys because of a key that is not known; default half a minute. */
  readonly cooldownMs?: number;
}

/** What a session token says. */
export interface ClerkSession {
  readonly userId: string;
  readonly organizationId: string | null;
  /** Public metadata, where the token was customised to carry them; Clerk's backend alone writes them. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The keys could not be read, so nothing can be said about any token. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const metadata = z.record(z.string(), z.unknown());
const CLAIMS = z.object({
  sub: id,
  azp: z.string(),
  // A session that still has something to do (choose an organisation, say) is none yet.
  sts: z.literal('active').optional(),
  org_id: id.nullish(),
  // Second version of Clerk's tokens.
  o: z.object({ id }).nullish(),
  metadata: metadata.nullish(),
  public_metadata: metadata.nullish(),
});
const LEEWAY_SECONDS = 5;
const LONGEST = 8192;

/**
 * Checks session tokens of Clerk: RS256 with a key of the instance, issuer, origin, audience, time (five seconds of leeway).
 * @returns a function that gives null for a token that is not good, for whatever reason, and throws KeysUnavailable
 */
export function clerkSessions(options: ClerkSessionOptions): (token: string) => Promise<ClerkSession | null> {
  const { issuer, authorizedParties, audience, cooldownMs = 30_000 } = options;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`), { cooldownDuration: cooldownMs, timeoutDuration: 5000 });
  return async (token) => {
    if (token.length > LONGEST) return null;
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ['RS256'],
        issuer,
        clockTolerance: LEEWAY_SECONDS,
        requiredClaims: ['sub', 'iat', 'nbf', 'exp', 'azp'],
        ...(audience === null ? {} : { audience }),
      });
      const claims = CLAIMS.safeParse(payload);
      if (!claims.success || !authorizedParties.includes(claims.data.azp)) return null;
      const { sub, org_id, o, metadata: own, public_metadata } = claims.data;
      return { userId: sub, organizationId: o?.id ?? org_id ?? null, metadata: own ?? public_metadata ?? {} };
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw new KeysUnavailable('the keys of Clerk could not be read', { cause: error });
      // What jose says of an answer that is no key set, or late, is a plain JOSEError or one of these.
      if (error.constructor === errors.JOSEError || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid)
        throw new KeysUnavailable('the keys of Clerk could not be read', { cause: error });
      return null;
    }
  };
}
