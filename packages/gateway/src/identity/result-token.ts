import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { ConfigurationError } from 'attestkit';
import type { Identity } from './identity.js';

/** How long an upstream may take to look at it. */
const LIFE_SECONDS = 60;

/** What a result token is about, besides who asks. */
export interface TokenFacts {
  readonly identity: Identity;
  readonly audience: string;
  readonly requestId: string;
  readonly method: string;
  /** Without the query: `https://api.example.com/v1/x`. */
  readonly url: string;
  /** The bytes that were checked; undefined if none were. */
  readonly body: Uint8Array | undefined;
}

/** Tells upstreams the result of a request so that they can check who says it. */
export interface ResultSigner {
  /** A JWT (RFC 7519), type `attest-result+jwt`, ES256. */
  tokenFor(facts: TokenFacts): string;
  /** The public keys, the current one first: a JWK Set. */
  readonly keys: { readonly keys: readonly object[] };
}

/** Settings of result tokens. */
export interface ResultTokenSettings {
  /** PEM of a private key on P-256. */
  readonly key: string;
  /** Of the key that was used before: upstreams go on to accept it. */
  readonly previousKey?: string | undefined;
  readonly issuer: string;
}

/** @param now milliseconds since the epoch. @throws ConfigurationError naming the option */
export function resultSigner(
  { key, previousKey, issuer }: ResultTokenSettings,
  now: () => number,
): ResultSigner {
  const current = keyOf(key, 'key');
  const previous = previousKey === undefined ? [] : [keyOf(previousKey, 'previousKey')];
  const header = encoded({ alg: 'ES256', typ: 'attest-result+jwt', kid: current.kid });
  return {
    tokenFor({ identity, audience, requestId, method, url, body }) {
      const seconds = Math.floor(now() / 1000);
      const { outcome, evidence, device, user, key: thumbprint } = identity;
      const digest = body && `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
      const claims = encoded({
        iss: issuer,
        aud: audience,
        iat: seconds,
        exp: seconds + LIFE_SECONDS,
        jti: requestId,
        htm: method,
        htu: url,
        outcome,
        evidence,
        device,
        user,
        key: thumbprint,
        content_digest: digest,
      });
      const signed = `${header}.${claims}`;
      const signature = sign('sha256', Buffer.from(signed), { key: current.key, dsaEncoding: 'ieee-p1363' });
      return `${signed}.${signature.toString('base64url')}`;
    },
    keys: { keys: [current, ...previous].map(({ jwk }) => jwk) },
  };
}

interface SigningKey {
  readonly key: KeyObject;
  readonly kid: string;
  readonly jwk: object;
}

function keyOf(pem: string, option: string): SigningKey {
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey(pem);
  } catch {}
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    const remedy = 'Make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256.';
    throw new ConfigurationError(option, 'is not the PEM of a private key on P-256', remedy);
  }
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' });
  // RFC 7638 §3.
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { key, kid, jwk: { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' } };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
