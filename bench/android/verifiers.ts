import { appCheck } from 'attestkit/app-check';
import {
  createKeyAttestationCache,
  verifyKeyAttestation,
  type KeyAttestationCache,
} from 'attestkit/key-attestation';
import { playIntegrityKeys, verifyPlayIntegrityToken } from 'attestkit/play-integrity';
import type { AttestedRequest, KeySource } from 'attestkit';
import { compactDecrypt, compactVerify } from 'jose';
import jsonwebtoken from 'jsonwebtoken';
import { chainFloor, integrityFloor } from './floor.js';
import {
  APP_CHECK_HEADER,
  APP_ID,
  appCheckKey,
  DIGEST,
  integrityKey,
  PACKAGE,
  PROJECT,
  responseKeys,
  secret,
  type ChainSample,
  type ChainSamples,
  type TokenSample,
} from './samples.js';
import type { Verifier } from '../tokens/contenders.js';
import { signatureFloor } from '../tokens/floor.js';

export const FLOOR = 'node:crypto, the floor';
export const OURS = 'attestkit verify';

/** Ours and the floor at chains. */
export function chainContenders({ all, roots }: ChainSamples): Verifier<ChainSample>[] {
  const floor = chainFloor(roots ?? all.flatMap(({ chain }) => chain.slice(-1)));
  const withCache =
    (cache: KeyAttestationCache | undefined) =>
    ({ chain, challenge, now }: ChainSample): unknown =>
      verifyKeyAttestation(chain, {
        challenge,
        anyApp: true,
        verifiedBoot: 'any',
        revocations: 'not-checked',
        now,
        roots,
        cache,
      });
  return [
    { name: FLOOR, verify: ({ chain, challenge }) => floor(chain, challenge) },
    { name: OURS, verify: withCache(undefined) },
    { name: `${OURS}, upper links remembered`, verify: withCache(createKeyAttestationCache()) },
  ];
}

/** Ours, the floor and jose at encrypted verdicts; jose leaves the verdict to its caller. */
export function integrityContenders(): Verifier<TokenSample>[] {
  const keys = playIntegrityKeys(responseKeys);
  const floor = integrityFloor(secret, integrityKey);
  const digests = [DIGEST];
  const decrypting = { keyManagementAlgorithms: ['A256KW'], contentEncryptionAlgorithms: ['A256GCM'] };
  const jose = async ({ token }: TokenSample): Promise<unknown> => {
    const { plaintext } = await compactDecrypt(token, secret, decrypting);
    const { payload } = await compactVerify(plaintext, integrityKey, { algorithms: ['ES256'] });
    return JSON.parse(Buffer.from(payload).toString());
  };
  return [
    { name: FLOOR, verify: ({ token, nonce }) => floor(token, nonce) },
    {
      name: OURS,
      verify: ({ token, nonce }) =>
        verifyPlayIntegrityToken(token, keys, {
          packageName: PACKAGE,
          acceptedCertificates: digests,
          nonce,
        }),
    },
    { name: 'jose', verify: jose, together: 1 },
    { name: 'jose, 64 at once', verify: jose, together: 64 },
  ];
}

/** Ours as the guard calls it, the floor and jsonwebtoken at App Check tokens. */
export function appCheckContenders(): Verifier[] {
  const key = { algorithm: 'RS256', kid: 'k1', key: appCheckKey } as const;
  const keys: KeySource = { algorithms: ['RS256'], candidates: () => [key], includes: (one) => one === key };
  const issuer = `https://firebaseappcheck.googleapis.com/${PROJECT}`;
  const audience = `projects/${PROJECT}`;
  return [
    { name: FLOOR, verify: signatureFloor(appCheckKey, APP_CHECK_HEADER, 'RS256') },
    { name: OURS, verify: asTheGuard(keys, 0) },
    { name: `${OURS}, seen before`, verify: asTheGuard(keys, 1000) },
    {
      name: 'jsonwebtoken',
      verify: (token) => jsonwebtoken.verify(token, appCheckKey, { algorithms: ['RS256'], issuer, audience }),
    },
  ];
}

function asTheGuard(keys: KeySource, cache: number): Verifier['verify'] {
  const evidence = appCheck({ projectNumber: PROJECT, appIds: [APP_ID], keys, cache });
  const demand = evidence.demand({});
  // The adapter has made it, and the guard has found the token in it.
  const request: AttestedRequest = { method: 'GET', target: '/', fields: () => [] };
  return (token) =>
    evidence.verify(token, {
      request,
      demand,
      now: Date.now(),
      clock: Date.now,
      enforcement: 'enforce',
      results: {},
      body: () => Promise.resolve(new Uint8Array()),
    });
}
