import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  appAttest,
  verifyAppAttestAssertion,
  verifyAppAttestAttestation,
  type AppAttestOptions,
  type AssertionExpectations,
  type AttestationExpectations,
} from '../../src/app-attest/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';

const APP_ID = 'TEAMID1234.com.example.app';
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: typeof publicKey): string => key.export({ type: 'spki', format: 'pem' }).toString();

/** The option that a configuration fails at. */
function variableOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.variable;
    throw error;
  }
  return 'none';
}

type Wrong = readonly [name: string, variable: string, options: object];

const POLICY: readonly Wrong[] = [
  ['an environment that is none', 'environments', { environments: ['sandbox'] }],
  ['no environment', 'environments', { environments: [] }],
  ['an environment that is no list', 'environments', { environments: 'production' }],
  ['a minimum that is no version', 'minimumOs', { minimumOs: 'iOS 17' }],
  ['a minimum that is a number', 'minimumOs', { minimumOs: 17 }],
  ['a minimum of five parts', 'minimumOs', { minimumOs: '1.2.3.4.5' }],
  ['a category that is none', 'category.allowed', { category: { allowed: ['store'] } }],
  ['no category', 'category.allowed', { category: { allowed: [] } }],
  ['a category without a list', 'category.allowed', { category: {} }],
  ['a category that is text', 'category', { category: 'app-store' }],
  ['a misspelt member', 'category.whenMissing', { category: { allowed: ['other'], whenMissing: 'accept' } }],
  [
    'another answer to absence',
    'category.whenAbsent',
    { category: { allowed: ['other'], whenAbsent: 'ignore' } },
  ],
  ['an empty bundle version', 'bundleVersion.allowed', { bundleVersion: { allowed: [''] } }],
  ['a bundle version that is a number', 'bundleVersion.allowed', { bundleVersion: { allowed: [1] } }],
  ...[
    ['environments', { environments: ['production', 'sandbox'] }],
    ['category.allowed', { category: { allowed: ['app-store', 'store'] } }],
    ['bundleVersion.allowed', { bundleVersion: { allowed: ['42', ''] } }],
    ['bundleVersion.allowed', { bundleVersion: { allowed: ['42', 43] } }],
    ['codeDirectoryHash.allowed', { codeDirectoryHash: { allowed: ['aB'.repeat(32), 'ab'.repeat(20)] } }],
    ['appIds', { appIds: [APP_ID, 'com.example.app'] }],
  ].map(([variable, options]): Wrong => [
    'a wrong value beside a right one',
    variable as string,
    options as object,
  ]),
  ...['ab'.repeat(20), `${'ab'.repeat(32)}0`, `0${'ab'.repeat(32)}`, 'xy'.repeat(32), ''].map(
    (hash): Wrong => [
      `a hash of code that is ${hash || 'empty'}`,
      'codeDirectoryHash.allowed',
      { codeDirectoryHash: { allowed: [hash] } },
    ],
  ),
  ['an additional root that is no list', 'additionalRoots', { additionalRoots: 'root' }],
  ['no app', 'appIds', { appIds: [] }],
  ['an app that is no list', 'appIds', { appIds: APP_ID }],
  ['a bundle identifier alone', 'appIds', { appIds: ['com.example.app'] }],
  ['a prefix that is too long', 'appIds', { appIds: [`X${APP_ID}`] }],
  ['an app that is a list', 'appIds', { appIds: [[APP_ID]] }],
  ['a prefix alone', 'appIds', { appIds: ['TEAMID1234.'] }],
  ['an app with a space at its end', 'appIds', { appIds: [`${APP_ID} `] }],
  ['a wildcard', 'appIds', { appIds: ['TEAMID1234.*'] }],
  ['an app that is a number', 'appIds', { appIds: [1] }],
  ['no root', 'roots', { roots: [] }],
  ['a misspelt option', 'environment', { environment: 'production' }],
];

describe('verifyAppAttestAttestation cannot be called with', () => {
  const good: AttestationExpectations = { appIds: [APP_ID], keyId: Buffer.alloc(32), challenge: 'x' };
  it.each<Wrong>([
    ...POLICY,
    ['no apps', 'appIds', { appIds: undefined }],
    ['neither challenge nor hash', 'challenge', { challenge: undefined }],
    ['both challenge and hash', 'challenge', { clientDataHash: Buffer.alloc(32) }],
    ['a challenge that is a number', 'challenge', { challenge: 1 }],
    ['a hash that is text', 'clientDataHash', { challenge: undefined, clientDataHash: 'x' }],
    ['an age of nothing', 'maxAgeSeconds', { maxAgeSeconds: 0 }],
    ['an age that is no number', 'maxAgeSeconds', { maxAgeSeconds: Number.NaN }],
    ['a time that is no number', 'now', { now: Number.NaN }],
    ['a time that is a date', 'now', { now: new Date() }],
  ])('%s', (_, variable, more) => {
    const expected = { ...good, ...more } as AttestationExpectations;
    expect(variableOf(() => verifyAppAttestAttestation(Buffer.alloc(0), expected))).toBe(variable);
  });
});

describe('verifyAppAttestAssertion cannot be called with', () => {
  const good: AssertionExpectations = {
    appId: APP_ID,
    publicKey,
    clientData: Buffer.of(),
    previousCounter: 0,
  };
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
  const ed25519 = generateKeyPairSync('ed25519').publicKey;
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const offCurve = Buffer.from(spki);
  offCurve[90] = (offCurve[90] as number) ^ 1;
  it.each<Wrong>([
    ...[-1, 0.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY].map(
      (counter) => [`a counter of ${counter}`, 'previousCounter', { previousCounter: counter }] as const,
    ),
    ['no counter', 'previousCounter', { previousCounter: undefined }],
    ['a counter that is text', 'previousCounter', { previousCounter: '1' }],
    ['no app', 'appId', { appId: undefined }],
    ['a bundle identifier alone', 'appId', { appId: 'com.example.app' }],
    ['neither client data nor hash', 'clientData', { clientData: undefined }],
    ['both client data and hash', 'clientData', { clientDataHash: Buffer.alloc(32) }],
    ['client data that is an object', 'clientData', { clientData: {} }],
    ['no key', 'publicKey', { publicKey: undefined }],
    ['a key that is an object', 'publicKey', { publicKey: {} }],
    ['a private key', 'publicKey', { publicKey: privateKey }],
    ['a private key in PEM', 'publicKey', { publicKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) }],
    ['text', 'publicKey', { publicKey: 'not a key' }],
    ['a key on P-384', 'publicKey', { publicKey: other }],
    ['a key on P-384 in PEM', 'publicKey', { publicKey: pem(other) }],
    ['a key on P-384 in DER', 'publicKey', { publicKey: other.export({ type: 'spki', format: 'der' }) }],
    ['a key of Ed25519', 'publicKey', { publicKey: ed25519 }],
    ['a point that is not on the curve', 'publicKey', { publicKey: offCurve }],
    ['a key that is cut off', 'publicKey', { publicKey: spki.subarray(1) }],
    ['a misspelt option', 'counter', { counter: 1 }],
    [
      'another answer to absence',
      'category.whenAbsent',
      { category: { allowed: ['other'], whenAbsent: '' } },
    ],
  ])('%s', (_, variable, more) => {
    const expected = { ...good, ...more } as AssertionExpectations;
    expect(variableOf(() => verifyAppAttestAssertion(Buffer.alloc(0), expected))).toBe(variable);
  });
});

describe('appAttest cannot be configured with', () => {
  it.each<Wrong>([
    ...POLICY,
    ['no apps', 'appIds', { appIds: undefined }],
    ['an age of nothing at enrollment', 'maxAgeAtEnrollmentSeconds', { maxAgeAtEnrollmentSeconds: 0 }],
    ['an age below zero at refresh', 'maxAgeAtRefreshSeconds', { maxAgeAtRefreshSeconds: -1 }],
    ['a metric below zero', 'maxRiskMetric', { maxRiskMetric: -1 }],
    ['a metric with a fraction', 'maxRiskMetric', { maxRiskMetric: 1.5 }],
    ['a metric without receipts that say it', 'receipts', { maxRiskMetric: 1 }],
    ['a cache that is no number', 'cache', { cache: Number.NaN }],
  ])('%s', (_, variable, more) => {
    expect(variableOf(() => appAttest({ appIds: [APP_ID], ...more } as AppAttestOptions))).toBe(variable);
  });
});

it('a public key that cannot be read says why, and one of another kind has no cause', () => {
  const failure = (key: unknown): ConfigurationError => {
    try {
      const expected = { appId: APP_ID, publicKey: key, clientData: Buffer.of(), previousCounter: 0 };
      verifyAppAttestAssertion(Buffer.alloc(0), expected as AssertionExpectations);
    } catch (error) {
      if (error instanceof ConfigurationError) return error;
    }
    throw new Error('the key was accepted');
  };
  expect(failure(pem(publicKey).slice(0, 60)).cause).toBeInstanceOf(Error);
  const other = generateKeyPairSync('ed25519').publicKey;
  expect('cause' in failure(pem(other))).toBe(false);
});
