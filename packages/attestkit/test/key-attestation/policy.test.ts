import { describe, expect, it } from 'vitest';
import type { KeyAttestationExpectations } from '../../src/key-attestation/index.js';
import { integer, NULL } from '../../../testing/src/encode/der.js';
import {
  applicationId,
  boolean,
  BOOT_KEY,
  DIGEST,
  integers,
  NOW,
  PACKAGE,
  rootOfTrust,
  type Description,
} from './support/describe.js';
import { expectations, factoryDrafts, provisioningInfo, remoteDrafts, signAll } from './support/forge.js';
import { judge } from './support/judge.js';

type Policy = Partial<KeyAttestationExpectations>;

const code = (description: Description, policy: Policy): string =>
  judge(signAll(remoteDrafts(description)), expectations(policy));

const OTHER = Buffer.alloc(32, 7);
const signed = (...digests: readonly Buffer[]): Policy => ({
  apps: [{ packageName: PACKAGE, signingCertificates: digests.map((digest) => digest.toString('hex')) }],
});
const app = (more: object): Policy => ({
  apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST.toString('hex')], ...more }],
});
const hardware = (tags: Description['hardware']): Description => ({ hardware: tags ?? {} });
const selfSigned = hardware({ 704: rootOfTrust({ state: 1 }) });
const colons = DIGEST.toString('hex')
  .toUpperCase()
  .replace(/..(?=.)/g, '$&:');

describe('lets in', () => {
  const cases: readonly (readonly [string, Description, Policy])[] = [
    ['any app where any may be', { software: { 709: undefined } }, { apps: undefined, anyApp: true }],
    [
      'any challenge where it is not looked at',
      { challenge: 'x' },
      { challenge: undefined, anyChallenge: true },
    ],
    ['a challenge in bytes', {}, { challenge: Buffer.from('the-challenge-of-this-test') }],
    ['a StrongBox where one is demanded', { level: 2 }, { securityLevel: 'strong-box' }],
    [
      'a system of the owner’s that is listed',
      selfSigned,
      { verifiedBootKeys: [BOOT_KEY.toString('hex').toUpperCase()] },
    ],
    ['a digest with colons', {}, { apps: [{ packageName: PACKAGE, signingCertificates: [colons] }] }],
    [
      'a digest in base64',
      {},
      { apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST.toString('base64')] }] },
    ],
    [
      'a digest in base64url',
      {},
      { apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST.toString('base64url')] }] },
    ],
    [
      'two signers in any order',
      { software: { 709: applicationId(undefined, [OTHER, DIGEST]) } },
      signed(DIGEST, OTHER),
    ],
    [
      'one of two ways to sign',
      {},
      { apps: [...(signed(OTHER).apps ?? []), ...(signed(DIGEST).apps ?? [])] },
    ],
    ['the least version', {}, app({ minimumVersionCode: 7 })],
    ['a key for what is demanded', {}, { purposes: ['sign', 'verify'] }],
    [
      'a key whose user is authenticated',
      hardware({ 503: undefined, 504: integer(2) }),
      { userAuthentication: 'required' },
    ],
    ...(
      [
        ['encrypt', 0],
        ['decrypt', 1],
        ['sign', 2],
        ['verify', 3],
        ['wrap-key', 5],
        ['agree-key', 6],
      ] as const
    ).map(
      ([purpose, number]) =>
        [`a key of purpose ${number}`, hardware({ 1: integers(number) }), { purposes: [purpose] }] as const,
    ),
    ['a key that was made just now', {}, { maxKeyAgeSeconds: 5 }],
    [
      'a key of a clock that is ahead a little',
      { software: { 701: integer(NOW + 30_000) } },
      { maxKeyAgeSeconds: 300 },
    ],
    [
      'a key of a clock that is ahead as much as may be',
      { software: { 701: integer(NOW + 60_000) } },
      { maxKeyAgeSeconds: 300 },
    ],
    ['a remotely provisioned device', {}, { provisioning: 'remote', maxCertificatesIssued: 3 }],
  ];
  it.each(cases)('%s', (_name, description, policy) => {
    expect(code(description, policy)).toBe('accepted');
  });

  it('an unlocked device, and one without a root of trust, where any system may run', () => {
    const unlocked = hardware({ 704: rootOfTrust({ locked: boolean(0), state: 2 }) });
    expect(code(unlocked, { verifiedBoot: 'any' })).toBe('accepted');
    expect(code(hardware({ 704: undefined }), { verifiedBoot: 'any' })).toBe('accepted');
  });

  it('a device from the factory, which does not say how many certificates it has', () => {
    expect(judge(signAll(factoryDrafts()), expectations({ maxCertificatesIssued: 1 }))).toBe('accepted');
  });
});

describe('keeps out', () => {
  const cases: readonly (readonly [string, string, Description, Policy])[] = [
    ['SECURITY_LEVEL_DENIED', 'a key that is in no StrongBox', {}, { securityLevel: 'strong-box' }],
    [
      'BOOT_STATE_DENIED',
      'a system of the owner’s that is not listed',
      selfSigned,
      { verifiedBootKeys: ['00'.repeat(32)] },
    ],
    [
      'DEVICE_UNLOCKED_DENIED',
      'a listed system behind an unlocked bootloader',
      hardware({ 704: rootOfTrust({ state: 1, locked: boolean(0) }) }),
      { verifiedBootKeys: [BOOT_KEY.toString('hex')] },
    ],
    [
      'BOOT_STATE_DENIED',
      'a listed key of a system that was not verified',
      hardware({ 704: rootOfTrust({ state: 2 }) }),
      { verifiedBootKeys: [BOOT_KEY.toString('hex')] },
    ],
    ['APP_VERSION_DENIED', 'an older app', {}, app({ minimumVersionCode: 8 })],
    [
      'APP_VERSION_DENIED',
      'an older app beside a newer one of the same user id',
      {
        software: {
          709: applicationId([
            [PACKAGE, 7],
            ['com.example.other', 9],
          ]),
        },
      },
      app({ minimumVersionCode: 8 }),
    ],
    ['DIGEST_MISMATCH', 'an app with fewer signers', {}, signed(DIGEST, OTHER)],
    ['PURPOSES_DENIED', 'a key for less', hardware({ 1: integers(2) }), { purposes: ['sign', 'verify'] }],
    ['PURPOSES_DENIED', 'a key for nothing', hardware({ 1: undefined }), { purposes: ['sign'] }],
    ['PURPOSES_DENIED', 'a key that attests others', hardware({ 1: integers(2, 7) }), { purposes: ['sign'] }],
    [
      'PURPOSES_DENIED',
      'purposes that only the system says',
      { hardware: { 1: undefined }, software: { 1: integers(2) } },
      { purposes: ['sign'] },
    ],
    ['USER_AUTHENTICATION_DENIED', 'a key for anybody', {}, { userAuthentication: 'required' }],
    [
      'USER_AUTHENTICATION_DENIED',
      'a key without a kind of authentication',
      hardware({ 503: undefined }),
      { userAuthentication: 'required' },
    ],
    [
      'USER_AUTHENTICATION_DENIED',
      'a key for anybody that names one',
      hardware({ 503: NULL, 504: integer(2) }),
      { userAuthentication: 'required' },
    ],
    [
      'CREATION_TIME_DENIED',
      'a key of unknown age',
      { software: { 701: undefined } },
      { maxKeyAgeSeconds: 300 },
    ],
    [
      'CREATION_TIME_DENIED',
      'a key of a clock that is ahead a millisecond more than may be',
      { software: { 701: integer(NOW + 60_001) } },
      { maxKeyAgeSeconds: 300 },
    ],
    [
      'CREATION_TIME_DENIED',
      'a key from the future',
      { software: { 701: integer(NOW + 120_000) } },
      { maxKeyAgeSeconds: 300 },
    ],
    ['TOO_OLD', 'an old key', {}, { maxKeyAgeSeconds: 4 }],
    ['CERTIFICATES_ISSUED_DENIED', 'a device with many certificates', {}, { maxCertificatesIssued: 2 }],
  ];
  it.each(cases)('%s: %s', (expected, _name, description, policy) => {
    expect(code(description, policy)).toBe(expected);
  });

  it('PROVISIONING_DENIED: a device from the factory where it is to be provisioned remotely', () => {
    expect(judge(signAll(factoryDrafts()), expectations({ provisioning: 'remote' }))).toBe(
      'PROVISIONING_DENIED',
    );
  });

  it('CERTIFICATES_ISSUED_DENIED: a remote device whose provisioning info cannot be read', () => {
    const drafts = remoteDrafts().map((draft, index) =>
      index === 1 ? { ...draft, extensions: [{ ...provisioningInfo(), value: Buffer.of(0xff) }] } : draft,
    );
    expect(judge(signAll(drafts), expectations())).toBe('accepted');
    expect(judge(signAll(drafts), expectations({ maxCertificatesIssued: 9 }))).toBe(
      'CERTIFICATES_ISSUED_DENIED',
    );
  });

  it('SECURITY_LEVEL_CHAIN_MISMATCH: a StrongBox key under another attestation certificate, and the other way round', () => {
    for (const make of [remoteDrafts, factoryDrafts]) {
      const [strong, ...rest] = [make({ level: 2 })[0], ...make({ level: 1 }).slice(1)];
      expect(judge(signAll([strong as never, ...rest]), expectations())).toBe(
        'SECURITY_LEVEL_CHAIN_MISMATCH',
      );
      const [weak, ...box] = [make({ level: 1 })[0], ...make({ level: 2 }).slice(1)];
      expect(judge(signAll([weak as never, ...box]), expectations())).toBe('SECURITY_LEVEL_CHAIN_MISMATCH');
    }
  });
});
