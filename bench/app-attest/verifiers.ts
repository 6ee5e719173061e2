import { createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import {
  appAttest,
  createAppAttestCache,
  verifyAppAttestAssertion,
  verifyAppAttestAttestation,
  verifyAppAttestReceipt,
  type AppAttestCache,
} from 'attestkit/app-attest';
import { assertionFloor, attestationFloor, cutChain, memoisedChain, rawChain } from './floor.js';
import type { AppAttestSamples, AssertionSample, AttestationSample, ReceiptSample } from './samples.js';
import type { Verifier } from '../tokens/contenders.js';
import { receiptFloor } from './receipt-floor.js';

const RAW_FLOOR = 'node:crypto, nothing remembered';
export const FLOOR = 'node:crypto, the floor';
export const OURS = 'attestkit verify';

/** SubjectPublicKeyInfo of Apple App Attestation Root CA. */
const APPLE_ROOT_KEY = createPublicKey({
  key: Buffer.from(
    'MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAERTHhmLW07ATaFQIEVwTtT4dyctdhNbJhFs/Ii2FdCgAHGbpphY3+d8qjuDngIN3WVhQUBHAoMeQ/cLiP1sOUtgjqK9auYen1mMEvRq9Sk3Jm5X8U62H+xTD3FE9TgS41',
    'base64',
  ),
  format: 'der',
  type: 'spki',
});

/** Ours and the floors at attestations. */
export function attestationVerifiers(samples: AppAttestSamples): Verifier<AttestationSample>[] {
  const { roots } = samples;
  const root = roots === undefined ? APPLE_ROOT_KEY : new X509Certificate(roots.attestation).publicKey;
  return [
    { name: FLOOR, verify: attestationFloor(memoisedChain(root)) },
    { name: 'node:crypto, certificate cut by hand', verify: attestationFloor(cutChain(root)) },
    { name: RAW_FLOOR, verify: attestationFloor(rawChain(root)) },
    { name: OURS, verify: withVerify(createAppAttestCache(), roots?.attestation) },
    { name: 'attestkit verify, no cache', verify: withVerify(undefined, roots?.attestation) },
    { name: 'attestkit, as the guard, and the receipt', verify: asTheGuardEnrolls(samples) },
  ];
}

function withVerify(
  cache: AppAttestCache | undefined,
  root: Uint8Array | undefined,
): Verifier<AttestationSample>['verify'] {
  const roots = root === undefined ? undefined : [root];
  return ({ attestation, challenge, keyId, appId, environment, now }) =>
    verifyAppAttestAttestation(attestation, {
      appIds: [appId],
      environments: [environment],
      challenge,
      keyId,
      now,
      cache,
      roots,
    });
}

/** From the fields of the body, the receipt inside too. */
function asTheGuardEnrolls({ attestations, roots }: AppAttestSamples): Verifier<AttestationSample>['verify'] {
  const evidence = appAttest({
    appIds: [...new Set(attestations.map(({ appId }) => appId))],
    environments: ['production', 'development'],
    roots: roots === undefined ? undefined : [roots.attestation, roots.receipt],
  });
  const request = { method: 'POST', target: '/attest', fields: () => [] };
  const around = { deviceId: 'phone', request, consumeChallenge: () => Promise.resolve() };
  return ({ text, keyId, challenge, now }) =>
    evidence.verify({ key_id: keyId, attestation: text }, { ...around, challenge, now });
}

/** Ours and the floors at assertions. */
export function assertionVerifiers(): Verifier<AssertionSample>[] {
  return [
    { name: FLOOR, verify: assertionFloor(({ key }) => key) },
    { name: RAW_FLOOR, verify: assertionFloor(({ pem }) => pem) },
    { name: OURS, verify: withKey(({ spki }) => spki, createAppAttestCache()) },
    { name: 'attestkit verify, KeyObject', verify: withKey(({ key }) => key) },
    { name: 'attestkit verify, no cache', verify: withKey(({ spki }) => spki) },
    { name: 'attestkit, as the guard', verify: asTheGuardAsserts() },
  ];
}

function withKey(
  keyOf: (sample: AssertionSample) => KeyObject | Uint8Array,
  cache?: AppAttestCache,
): Verifier<AssertionSample>['verify'] {
  return (sample) => {
    const { assertion, appId, clientData, previousCounter } = sample;
    const publicKey = keyOf(sample);
    return verifyAppAttestAssertion(assertion, { appId, publicKey, clientData, previousCounter, cache });
  };
}

/** From the fields of a request and the device's record. */
function asTheGuardAsserts(): Verifier<AssertionSample>['verify'] {
  const { proof } = appAttest({ appIds: ['TEAMID1234.com.example.app'] });
  return ({ text, spki, appId, clientData }) => {
    const key = { id: '', thumbprint: '', publicKey: spki.toString('base64url') };
    return proof?.verify({ kind: 'appAttest', appId, key }, clientData, text);
  };
}

/** Ours and the floor at receipts. */
export function receiptVerifiers({ roots }: AppAttestSamples): Verifier<ReceiptSample>[] {
  const verify =
    (cache: AppAttestCache | undefined): Verifier<ReceiptSample>['verify'] =>
    ({ receipt, appId, spki, now }) =>
      verifyAppAttestReceipt(receipt, {
        appIds: [appId],
        publicKey: spki,
        now,
        cache,
        roots: roots === undefined ? undefined : [roots.receipt],
      });
  return [
    { name: FLOOR, verify: receiptFloor() },
    { name: OURS, verify: verify(createAppAttestCache()) },
    { name: 'attestkit verify, no cache', verify: verify(undefined) },
  ];
}
