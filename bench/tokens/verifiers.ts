import { createGuard, type AttestedRequest } from 'attestkit';
import { approov, type ApproovOptions } from 'attestkit/approov';
import { createVerifier } from 'fast-jwt';
import { jwtVerify } from 'jose';
import jsonwebtoken, { type Secret } from 'jsonwebtoken';
import type { Verifier } from './contenders.js';
import { pem, publicKeys, secret, secretBase64, secretKey, type Algorithm } from './fixtures.js';
import { hmacFloor, signatureFloor } from './floor.js';

export const FLOOR = 'node:crypto, the floor';
export const OURS = 'attestkit verify';
export const OURS_SEEN = 'attestkit verify, seen before';
export const GUARD = 'attestkit guard.check';
export const FAST = 'fast-jwt';
export const FAST_CACHED = 'fast-jwt, cached';
export const JWT_BUFFER = 'jsonwebtoken, secret as Buffer';
export const JWT_KEY = 'jsonwebtoken, KeyObject';
export const JOSE = 'jose';

/** Everybody, with the options that each one's documentation gives for speed, and `exp` required where it can be. */
export function verifiers(algorithm: Algorithm, header: string): Verifier[] {
  const hmac = algorithm === 'HS256';
  const [key, fastKey] = hmac ? [secretKey, secret] : [publicKeys[algorithm], pem(algorithm)];
  const fast = { key: fastKey, algorithms: [algorithm], requiredClaims: ['exp'] };
  const jose = (token: string) => jwtVerify(token, key, { algorithms: [algorithm], requiredClaims: ['exp'] });
  return [
    { name: FLOOR, verify: hmac ? hmacFloor(key, header) : signatureFloor(key, header, algorithm) },
    ...ours(algorithm, 0, ''),
    ...ours(algorithm, 1000, ', seen before'),
    { name: FAST, verify: createVerifier(fast) },
    { name: FAST_CACHED, verify: createVerifier({ ...fast, cache: true }) },
    {
      name: 'fast-jwt, cached, token as key',
      verify: createVerifier({ ...fast, cache: true, cacheKeyBuilder: (token) => token }),
    },
    hmac
      ? { name: JWT_BUFFER, verify: withJsonwebtoken(algorithm, secret) }
      : { name: 'jsonwebtoken, PEM', verify: withJsonwebtoken(algorithm, pem(algorithm)) },
    { name: JWT_KEY, verify: withJsonwebtoken(algorithm, key) },
    { name: JOSE, verify: jose, together: 1 },
    { name: 'jose, 64 at once', verify: jose, together: 64 },
  ];
}

/** The verifier as the guard calls it, and the guard as an adapter calls it. */
function ours(algorithm: Algorithm, cache: number, suffix: string): Verifier[] {
  const keys: ApproovOptions =
    algorithm === 'HS256' ? { secretBase64 } : { publicKey: pem(algorithm), algorithm };
  const evidence = approov({ ...keys, cache });
  const demand = evidence.demand({});
  const guard = createGuard({ evidence: [evidence] });
  const route = guard.route();
  const check = (token: string): 'accept' | 'refuse' => {
    const decision = guard.check(requestWith(token), route);
    if (decision instanceof Promise) throw new Error('The guard had to wait.');
    return decision.outcome;
  };
  return [
    {
      name: `attestkit verify${suffix}`,
      verify: (token) =>
        evidence.verify(token, {
          request: requestWith(token),
          demand,
          now: Date.now(),
          clock: Date.now,
          enforcement: 'enforce',
          results: {},
          body: noBody,
        }),
    },
    {
      name: `attestkit guard.check${suffix}`,
      verify: (token) => {
        if (check(token) !== 'accept') throw new Error('refused');
      },
      refuses: (token) => check(token) === 'refuse',
    },
  ];
}

function requestWith(token: string): AttestedRequest {
  return { method: 'GET', target: '/', fields: (name) => (name === 'approov-token' ? [token] : []) };
}

function noBody(): Promise<Uint8Array> {
  return Promise.resolve(new Uint8Array());
}

function withJsonwebtoken(algorithm: Algorithm, key: Secret): Verifier['verify'] {
  return (token) => jsonwebtoken.verify(token, key, { algorithms: [algorithm] });
}
