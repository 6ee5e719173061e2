import { createRemoteJWKSet, jwtVerify } from 'jose';
import { ConfigurationError, type AttestedRequest } from 'attestkit';

/** Where the user of a call of the device endpoints is named: in a JWT of the operator's own login. */
export interface UserSettings {
  /** The field of the JWT. Default `Authorization`, as a bearer. */
  readonly header?: string | undefined;
  /** URL of the JWK Set of who issues it. */
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
  /** The claim with the user. Default `sub`. */
  readonly claim?: string | undefined;
}

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * The option `subject` of `devices`: the user that a verified JWT names; undefined without one, and for one that does not hold.
 *
 * @throws ConfigurationError naming the option
 */
export function userOf({
  header = 'authorization',
  jwks,
  issuer,
  audience,
  claim = 'sub',
}: UserSettings): (request: AttestedRequest) => Promise<string | undefined> {
  const keys = createRemoteJWKSet(urlOf(jwks), { timeoutDuration: 3000, cooldownDuration: 30_000 });
  const field = header.toLowerCase();
  return async (request) => {
    const [value, ...more] = request.fields(field);
    const token = field === 'authorization' ? /^bearer +(\S+)$/i.exec(value ?? '')?.[1] : value;
    if (token === undefined || more.length > 0) return undefined;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', claim],
      });
      const user = payload[claim];
      return typeof user === 'string' && user !== '' ? user : undefined;
    } catch (error) {
      // That the keys cannot be fetched says nothing about the user.
      if (isOutage(error)) throw error;
      return undefined;
    }
  };
}

function isOutage(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code !== 'string' || code === 'ERR_JWKS_TIMEOUT' || code === 'ERR_JOSE_GENERIC';
}

function urlOf(text: string): URL {
  try {
    const url = new URL(text);
    const isLocal = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
    if (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)) return url;
  } catch {}
  throw new ConfigurationError('jwks', 'is not a URL of https', 'Give the URL of the JWK Set of your login.');
}
