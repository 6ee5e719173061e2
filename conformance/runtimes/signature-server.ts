import { AttestationError, type Guard } from 'attestkit';
import { approovKeys, verifyApproovToken } from 'attestkit/approov';
import { mintApproovToken } from 'attestkit-testing';
import type { RouteSpec, ServerSpec } from '../servers/server-spec.js';
import { EXPIRY, NOW } from '../devices/tokens.js';

/** The algorithms of tokens that are signed by a private key. */
export const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

export type Algorithm = (typeof ALGORITHMS)[number];

/** What `/sign` is asked for: a token that is good until `EXPIRY`. */
export interface ToSign {
  readonly algorithm: Algorithm;
  /** PEM, as the next. */
  readonly privateKey: string;
}

/** What `/verify` is asked. */
export interface ToVerify {
  readonly algorithm: Algorithm;
  readonly publicKey: string;
  readonly token: string;
}

/** A server that signs and verifies tokens with the keys that it is told, so that each algorithm runs on its runtime. */
export function signatureServer(guard: Guard): ServerSpec {
  const route = (path: string, handle: RouteSpec['handle']): RouteSpec => ({ method: 'POST', path, handle });
  return {
    guard,
    routes: [
      route('/sign', ({ body }) => {
        const { algorithm, privateKey } = body as ToSign;
        return { json: { token: mintApproovToken({ algorithm, privateKey, claims: { exp: EXPIRY } }) } };
      }),
      route('/verify', ({ body }) => ({ json: verify(body as ToVerify) })),
    ],
    parser: 'after',
  };
}

function verify({ algorithm, publicKey, token }: ToVerify): unknown {
  const keys = approovKeys({ algorithm, publicKey });
  try {
    return { expiresAt: verifyApproovToken(token, { keys, now: NOW }).expiresAt };
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    return { code: error.code };
  }
}
