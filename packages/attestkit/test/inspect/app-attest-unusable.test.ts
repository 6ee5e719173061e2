import { describe, expect, it } from 'vitest';
import {
  APP_ID,
  ASSERTION,
  ATTESTATION,
  base64,
  FILES,
  key,
  made,
  RECEIPT,
} from './support/app-attest-files.js';
import { problem } from './support/unusable.js';

describe('evidence of App Attest that cannot be inspected', () => {
  const privateKey = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----';

  it.each(
    FILES.flatMap((file) =>
      Object.keys(file)
        .filter((name) => !['at', 'roots', 'environment', 'kind', 'challenge', 'clientData'].includes(name))
        .map((name) => [file.kind, name, file] as const),
    ),
  )('is %s evidence without %s', (_, name, file) => {
    const error = problem({ ...file, [name]: undefined });
    expect(error.message).toMatch(new RegExp(`^${name} is missing\\. Give `));
    expect(error.member).toBe(name);
    expect(problem({ ...file, [name]: null }).message).toMatch(new RegExp(`^${name} is not `));
  });

  it.each<[string, object, RegExp]>([
    [
      'no challenge',
      { ...ATTESTATION, challenge: undefined },
      /^challengeText is missing\. .* clientDataHash/,
    ],
    [
      'a challenge and a hash',
      { ...ATTESTATION, clientDataHash: '' },
      /^challenge and clientDataHash are both there/,
    ],
    [
      'a challenge as text',
      { ...ATTESTATION, challenge: 'not in base64' },
      /^challenge is not base64 or base64url/,
    ],
    [
      'bytes with white space',
      { ...ATTESTATION, attestation: `${base64(made)}\n` },
      /^attestation is not base64/,
    ],
    [
      'bytes in another text than the canonical one',
      { ...ATTESTATION, keyId: 'AB==' },
      /^keyId is not base64/,
    ],
    ['bytes in hexadecimal with colons', { ...RECEIPT, receipt: '30:80' }, /^receipt is not base64/],
    ['an app that is none', { ...ATTESTATION, appId: 'com.example.app' }, /^appId is not an App ID/],
    ['the same in an assertion', { ...ASSERTION, appId: 'com.example.app' }, /^appId is not an App ID/],
    ['the same in a receipt', { ...RECEIPT, appId: '*' }, /^appId is not an App ID/],
    ['apps', { ...ATTESTATION, appId: [APP_ID] }, /^appId is not a string/],
    [
      'the environment of a receipt',
      { ...ATTESTATION, environment: 'sandbox' },
      /^environment is not one of prod/,
    ],
    [
      'the environment of an attestation',
      { ...RECEIPT, environment: 'development' },
      /^environment is not one of/,
    ],
    ['a version that is none', { ...ATTESTATION, minimumOs: 'iOS 17' }, /^minimumOs is not a version/],
    [
      'a category that is none',
      { ...ATTESTATION, category: { allowed: ['x'] } },
      /^category\.allowed is not one of/,
    ],
    ['a category by name', { ...ASSERTION, category: 'app-store' }, /^category is not an object/],
    [
      'an age of nothing',
      { ...RECEIPT, maxAgeSeconds: 0 },
      /^maxAgeSeconds is not a number of seconds above 0/,
    ],
    [
      'an age in words',
      { ...ATTESTATION, maxAgeSeconds: '300' },
      /^maxAgeSeconds is not a number of seconds/,
    ],
    ['no roots', { ...ATTESTATION, roots: [] }, /^roots is empty/],
    ['a root that is none', { ...RECEIPT, roots: ['AAAA'] }, /^roots has a certificate that cannot be read/],
    ['a root outside of a list', { ...ATTESTATION, roots: 'AAAA' }, /^roots is not a list/],
    ['roots that are no base64', { ...ATTESTATION, roots: ['AAAA', 1] }, /^roots is not a list/],
    [
      'a counter of another size',
      { ...ASSERTION, previousCounter: 2 ** 32 },
      /^previousCounter is not an unsigned/,
    ],
    ['a counter as text', { ...ASSERTION, previousCounter: '0' }, /^previousCounter is not a number/],
    ['a key that is none', { ...ASSERTION, publicKey: 'AAAA' }, /^publicKey is not the SubjectPublicKeyInfo/],
    ['a PEM that is none', { ...RECEIPT, publicKey: '-----BEGIN x' }, /^publicKey cannot be read/],
    ['a private key', { ...ASSERTION, publicKey: privateKey }, /^publicKey is a private key/],
    ['a key of bytes that are no base64', { ...ASSERTION, publicKey: '?' }, /^publicKey is not a PEM/],
    [
      'a member of another kind',
      { ...RECEIPT, keyId: key.keyId },
      /^keyId is not a member of app-attest-receipt/,
    ],
    ['a member that the verifier has', { ...ATTESTATION, appIds: [APP_ID] }, /^appIds is not a member of/],
    ['a cache', { ...ATTESTATION, cache: {} }, /^cache is not a member of/],
    ['a clock', { ...ATTESTATION, now: 0 }, /^now is not a member of/],
  ])('has %s', (_, file, message) => {
    const error = problem(file);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(error.member)).toBe(true);
    expect(error.code).toBe('ERR_EVIDENCE_UNUSABLE');
  });

  it('has a key beside it', () => {
    expect(problem(ATTESTATION, { secretBase64: 'x' }).message).toMatch(
      /^secretBase64 is not a member of app-attest-/,
    );
  });
});
