import { signJws } from '../../../kernel/jose/sign-jws.js';
import type { ServiceAccount } from './account.js';
import { assertGranted, readGrant, type TokenSource } from './grant.js';

/** Seconds that Google allows an assertion. */
const LIFETIME = 3600;

/** Access tokens of a service account whose key is here: a signed assertion is exchanged for one (RFC 7523 §2.1). */
export function assertionTokens(account: ServiceAccount): TokenSource {
  return async ({ scope, now, ask }) => {
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertionOf(account, scope, Math.floor(now() / 1000)),
    }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const answer = await ask(account.tokenUrl, { method: 'POST', headers, body });
    assertGranted(answer, ['the service account got no access token', 'check key and clock']);
    return readGrant(answer);
  };
}

/** Without `sub`, which would ask for the rights of another account. */
function assertionOf(account: ServiceAccount, scope: string, iat: number): string {
  const claims = { iss: account.email, scope, aud: account.audience, iat, exp: iat + LIFETIME };
  const header = { typ: 'JWT', ...(account.keyId !== undefined && { kid: account.keyId }) };
  return signJws({ algorithm: 'RS256', key: account.key }, header, claims);
}
