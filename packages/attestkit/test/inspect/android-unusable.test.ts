import { describe, expect, it } from 'vitest';
import { APP_CHECK, CHAIN_MEMBERS, chainFile, PAYLOAD, TOKEN } from './support/android-files.js';
import { problem } from './support/unusable.js';

const CHAIN = { ...chainFile(), ...CHAIN_MEMBERS };

describe('evidence of Android that cannot be inspected', () => {
  it.each<[string, object, RegExp]>([
    ['no chain', { ...CHAIN, certificateChain: undefined }, /^certificateChain is missing\. Give /],
    [
      'a chain in PEM',
      { ...CHAIN, certificateChain: [...CHAIN.certificateChain.slice(1), '-----BEGIN x'] },
      /^certificateChain\[4\] is not base64 or base64url: it is PEM\. Leave out the lines -----BEGIN/,
    ],
    ['a chain in one text', { ...CHAIN, certificateChain: 'AAAA' }, /^certificateChain is not a list/],
    ['a challenge of nothing', { ...CHAIN, challenge: '' }, /^challenge is not bytes, or empty/],
    [
      'a challenge as text',
      { ...CHAIN, challenge: 'a text' },
      /^challenge is not base64 or base64url, or null/,
    ],
    ['no apps', { ...CHAIN, apps: [] }, /^apps is missing/],
    ['an app that is none', { ...CHAIN, apps: [{ packageName: 'x' }] }, /^apps\[0\]\.packageName is not the/],
    ['apps outside of a list', { ...CHAIN, apps: CHAIN.apps[0] }, /^apps is not a list/],
    ['a policy in one word', { ...CHAIN, policy: 'required' }, /^policy is not an object/],
    ['a policy of a list', { ...CHAIN, policy: [] }, /^policy is not an object/],
    [
      'a policy that nobody knows',
      { ...CHAIN, policy: { verifiedBoot: 'yes' } },
      /^policy\.verifiedBoot is not one of required, any/,
    ],
    [
      'a policy misspelt',
      { ...CHAIN, policy: { verifiedboot: 'any' } },
      /^policy\.verifiedboot is not an option/,
    ],
    ['a relaxation', { ...CHAIN, policy: { anyApp: true } }, /^policy\.anyApp is not an option of policy/],
    [
      'a challenge in the policy',
      { ...CHAIN, policy: { challenge: 'x' } },
      /^policy\.challenge is not an option/,
    ],
    ['a version that is none', { ...CHAIN, policy: { minimumOs: 'x' } }, /^policy\.minimumOs is not /],
    [
      'keys of systems where any is let in',
      { ...CHAIN, policy: { verifiedBoot: 'any', verifiedBootKeys: ['00'.repeat(32)] } },
      /^policy\.verifiedBootKeys is given, and any/,
    ],
    ['a list of revocations', { ...CHAIN, revocationList: [] }, /^revocationList is not an object/],
    ['no revocations at all', { ...CHAIN, revocationList: {} }, /^revocationList has no entries/],
    ['no roots', { ...CHAIN, roots: [] }, /^roots is empty/],
    ['a root that is none', { ...CHAIN, roots: ['AAAA'] }, /^roots has a certificate that cannot be read/],
    ['a cache', { ...CHAIN, cache: {} }, /^cache is not a member of key-attestation evidence/],
    ['a clock', { ...CHAIN, now: 0 }, /^now is not a member of key-attestation evidence/],

    ['neither token nor payload', { ...PAYLOAD, payload: undefined }, /^token is missing\. Give token with/],
    ['both', { ...TOKEN, payload: {} }, /^token and payload are both there/],
    ['no keys', { ...TOKEN, decryptionKey: undefined }, /^decryptionKey is missing beside token/],
    ['one of the keys', { ...TOKEN, verificationKey: undefined }, /^verificationKey is missing beside token/],
    [
      'a key beside a payload',
      { ...PAYLOAD, verificationKey: 'x' },
      /^verificationKey is given beside payload/,
    ],
    [
      'a key that is none',
      { ...TOKEN, decryptionKey: 'AAAA' },
      /^decryptionKey is not the base64 of 32 bytes/,
    ],
    ['a key for another use', { ...TOKEN, verificationKey: 'AAAA' }, /^verificationKey is not a public key/],
    [
      'two bindings',
      { ...PAYLOAD, expect: { ...PAYLOAD.expect, requestHash: 'x' } },
      /^expect\.requestHash is given beside nonce/,
    ],
    ['a binding of nothing', { ...PAYLOAD, expect: { nonce: '' } }, /^expect\.nonce is empty/],
    [
      'a package that is none',
      { ...PAYLOAD, expect: { packageName: 'x' } },
      /^expect\.packageName is not the/,
    ],
    [
      'no digests',
      { ...PAYLOAD, expect: { acceptedCertificates: [] } },
      /^expect\.acceptedCertificates is empty/,
    ],
    ['an age of a week', { ...PAYLOAD, expect: { maxAgeSeconds: 604_800 } }, /^expect\.maxAgeSeconds is /],
    [
      'an expectation misspelt',
      { ...PAYLOAD, expect: { hash: 'x' } },
      /^expect\.hash is not an option of expect/,
    ],
    ['a clock in it', { ...PAYLOAD, expect: { now: 0 } }, /^expect\.now is not an option of expect/],
    ['a policy with expectations', { ...PAYLOAD, policy: { nonce: 'x' } }, /^policy\.nonce is not an option/],
    [
      'labels that nobody knows',
      { ...PAYLOAD, policy: { deviceLabels: ['UNKNOWN'] } },
      /^policy\.deviceLabels is not a list of known values/,
    ],

    ['no token', { ...APP_CHECK, token: undefined }, /^token is missing\. Give /],
    ['no keys of Firebase', { ...APP_CHECK, jwks: undefined }, /^jwks is missing\. Give /],
    ['an empty set of keys', { ...APP_CHECK, jwks: { keys: [] } }, /^jwks cannot be used: /],
    ['no project', { ...APP_CHECK, projectNumber: undefined }, /^projectNumber is missing\. Give /],
    [
      'the id of a project',
      { ...APP_CHECK, projectNumber: 'example' },
      /^projectNumber is not the number of/,
    ],
    ['no app of Firebase', { ...APP_CHECK, appIds: [] }, /^appIds is not a list of apps/],
    ['the name of an app', { ...APP_CHECK, appIds: 'com.example.app' }, /^appIds is not a list of apps/],
    ['a leeway of an hour', { ...APP_CHECK, leewaySeconds: 3600 }, /^leewaySeconds is /],
    [
      'an algorithm',
      { ...APP_CHECK, algorithm: 'HS256' },
      /^algorithm is not a member of app-check evidence/,
    ],
  ])('has %s', (_, file, message) => {
    const error = problem(file);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(error.member)).toBe(true);
    expect(error.code).toBe('ERR_EVIDENCE_UNUSABLE');
  });

  it.each([CHAIN, PAYLOAD, TOKEN, APP_CHECK])('has a secret beside it: $kind', (file) => {
    expect(problem(file, { secretBase64: 'x' }).message).toMatch(/^secretBase64 is not a member of /);
  });
});
