import { describe, expect, it } from 'vitest';
import { keyAttestation, type KeyAttestationOptions } from '../../src/key-attestation/index.js';
import { AttestationError } from '../../src/kernel/errors.js';
import type { RevocationList, RevocationSource } from '../../src/ports/revocations.js';
import { sentEvidence } from '../../src/sessions/operations/body-members.js';
import { octets, integer } from '../../../testing/src/encode/der.js';
import {
  applicationId,
  boolean,
  CHALLENGE,
  DIGEST,
  integers,
  NOW,
  PACKAGE,
  rootOfTrust,
  type Description,
} from './support/describe.js';
import { codeOf, context, enroll, options, sent } from './support/enrolling.js';
import { factoryDrafts, remoteDrafts, signAll } from './support/forge.js';

const listOf = (...serials: string[]): RevocationList => ({
  size: serials.length,
  isRevoked: (serial) => serials.includes(serial),
});

describe('enrolls', () => {
  it('with what the record needs, and nothing that identifies the device', async () => {
    const identified: Description = { hardware: { 713: octets('SERIAL'), 714: octets('IMEI') } };
    const enrolled = await enroll(keyAttestation(options()), remoteDrafts(identified));
    expect(enrolled).toEqual({
      kind: 'keyAttestation',
      platform: 'android',
      appId: PACKAGE,
      environment: 'production',
      integrity: 'hardware',
      key: {
        id: expect.stringMatching(/^[\w-]{43}$/) as string,
        thumbprint: expect.stringMatching(/^[\w-]{43}$/) as string,
        publicKey: expect.any(String) as string,
        algorithm: 'ecdsa-sha256',
      },
      attestedAt: NOW,
      virtual: true,
      facts: {
        securityLevel: 'TRUSTED_ENVIRONMENT',
        deviceLocked: true,
        bootState: 'VERIFIED',
        osVersion: 160_000,
        patchLevel: 202_606,
        vendorPatchLevel: 20_260_605,
        bootPatchLevel: 20_260_605,
        provisioning: 'remote',
        certificatesIssued: 3,
        appVersion: 7,
        attestationVersion: 300,
        signatureAlgorithm: 'ecdsa-sha256',
      },
      withheld: {
        purposes: [2, 3],
        userAuthType: 0,
        certificateSerials: ['65d29495', 'f59c', '3882', '84a9'],
        signingDigests: DIGEST.toString('hex'),
        byAttestKey: false,
      },
    });
    // As it comes back from the store.
    expect(JSON.parse(JSON.stringify(enrolled))).toEqual(enrolled);
    expect(JSON.stringify(enrolled)).not.toMatch(/SERIAL|IMEI/);
  });

  it.each<[string, string, Parameters<typeof rootOfTrust>[0]]>([
    ['hardware', 'a locked device with the system of its maker', {}],
    ['basic', 'an unlocked device with the system of its maker', { locked: boolean(0) }],
    ['basic', 'a locked device with a system of the owner’s', { state: 1 }],
    ['basic', 'an unlocked device with another system', { locked: boolean(0), state: 2 }],
  ])('with the integrity %s: %s', async (integrity, _name, boot) => {
    const lenient = keyAttestation(options({ verifiedBoot: 'any' }));
    const enrolled = await enroll(lenient, remoteDrafts({ hardware: { 704: rootOfTrust(boot) } }));
    expect(enrolled.integrity).toBe(integrity);
  });

  it('with a note of a version that is newer than those known here, and of its tags', async () => {
    const newer: Description = { version: 600, hardware: { 999: octets('something of the device') } };
    const enrolled = await enroll(keyAttestation(options()), remoteDrafts(newer));
    expect(enrolled.notes).toEqual(['attestationVersion 600', 'hardwareEnforced 999']);
  });

  it.each(['base64', 'base64url'] as const)('certificates in %s', async (encoding) => {
    const fields = { certificate_chain: sent(signAll(remoteDrafts()), encoding) };
    expect(await codeOf(() => keyAttestation(options()).verify(fields, context))).toBe('accepted');
  });

  it('at once where the revocation list is at hand, and waits for it where it is not', async () => {
    const list = listOf();
    const atHand: RevocationSource = { current: () => list, latest: () => list };
    const fields = { certificate_chain: sent(signAll(remoteDrafts())) };
    expect(keyAttestation(options({ revocations: atHand })).verify(fields, context)).not.toBeInstanceOf(
      Promise,
    );
    const waiting: RevocationSource = { current: async () => list, latest: () => undefined };
    expect(keyAttestation(options({ revocations: waiting })).verify(fields, context)).toBeInstanceOf(Promise);
  });
});

describe('does not enroll', () => {
  const evidence = keyAttestation(options());
  const chain = sent(signAll(remoteDrafts()));
  const zeros = (length: number): string => Buffer.alloc(length).toString('base64');
  const pem = `-----BEGIN CERTIFICATE-----\n${chain[0]}\n-----END CERTIFICATE-----\n`;
  const cases: readonly (readonly [string, string, string | readonly string[] | undefined])[] = [
    ['MISSING', 'nothing', undefined],
    ['MISSING', 'an empty list', []],
    ['MISSING', 'an empty text', ''],
    ['ENCODING_MALFORMED', 'a text', chain.join('.')],
    ['ENCODING_MALFORMED', 'PEM', chain.with(0, pem)],
    [
      'ENCODING_MALFORMED',
      'base64 with line breaks',
      chain.with(0, `${chain[0]?.slice(0, 64)}\n${chain[0]?.slice(64)}`),
    ],
    ['ENCODING_MALFORMED', 'an empty certificate', chain.with(2, '')],
    ['CHAIN_MALFORMED', '50 certificates', Array.from({ length: 50 }, () => chain[0] as string)],
    ['CHAIN_MALFORMED', 'two certificates', chain.slice(0, 2)],
    ['CERTIFICATE_TOO_LARGE', 'a certificate of 100 KB', chain.with(1, 'A'.repeat(136_000))],
    ['CERTIFICATE_TOO_LARGE', 'as much that is no base64', chain.with(1, '?'.repeat(136_000))],
    ['CERTIFICATE_TOO_LARGE', 'a certificate of 16 KiB and an octet', chain.with(1, zeros(16_385))],
    ['CERTIFICATE_MALFORMED', 'a certificate of 16 KiB of zeros', chain.with(1, zeros(16_384))],
    ['CERTIFICATE_MALFORMED', 'a certificate of zeros', chain.with(1, 'AAAA')],
  ];
  it.each(cases)('%s: %s', async (code, _name, certificate_chain) => {
    expect(await codeOf(() => evidence.verify({ certificate_chain }, context))).toBe(code);
  });

  it('a key for another challenge', async () => {
    const other = { ...context, challenge: `${CHALLENGE}2` };
    const fields = { certificate_chain: chain };
    expect(await codeOf(() => evidence.verify(fields, other))).toBe('CHALLENGE_MISMATCH');
  });

  it.each([
    ['PURPOSES_DENIED', { hardware: { 1: integers(0, 1) } }],
    ['PURPOSES_DENIED', { hardware: { 1: integers(2, 7) } }],
    ['KEY_ALGORITHM_DENIED', { hardware: { 5: integers(0) } }],
    ['DEVICE_UNLOCKED_DENIED', { hardware: { 704: rootOfTrust({ locked: Buffer.of(1, 1, 0) }) } }],
    ['BOOT_STATE_DENIED', { hardware: { 704: rootOfTrust({ state: 1 }) } }],
    ['SECURITY_LEVEL_INVALID', { level: 0 }],
    ['ORIGIN_INVALID', { hardware: { 702: integer(2) } }],
    ['DIGEST_MISMATCH', { software: { 709: applicationId(undefined, [Buffer.alloc(32)]) } }],
  ] satisfies [string, Description][])('by default: %s', async (code, description) => {
    expect(await codeOf(() => enroll(evidence, remoteDrafts(description)))).toBe(code);
  });

  it('where the revocation list says no, or cannot be had', async () => {
    const revoked: RevocationSource = { current: async () => listOf('f59c'), latest: () => undefined };
    expect(await codeOf(() => enroll(keyAttestation(options({ revocations: revoked }))))).toBe('REVOKED');
    const check = { name: 'n', code: 'ERR_X', stage: 'unavailable', says: 's', spec: 's' } as const;
    const failing = (): never => {
      throw new AttestationError(check);
    };
    const down: RevocationSource = { current: failing, latest: () => undefined };
    expect(await codeOf(() => enroll(keyAttestation(options({ revocations: down }))))).toBe('ERR_X');
  });
});

describe('appraises again at every refresh', () => {
  const policies: readonly (readonly [string, Partial<KeyAttestationOptions>])[] = [
    [
      'APP_ID_DENIED',
      { apps: [{ packageName: 'com.example.other', signingCertificates: [DIGEST.toString('hex')] }] },
    ],
    ['APP_ID_DENIED', { apps: [{ packageName: PACKAGE, signingCertificates: ['ab'.repeat(32)] }] }],
    [
      'APP_ID_DENIED',
      {
        apps: [{ packageName: PACKAGE, signingCertificates: [DIGEST.toString('hex'), 'ab'.repeat(32)] }],
      },
    ],
    [
      'APP_VERSION_DENIED',
      {
        apps: [
          { packageName: PACKAGE, signingCertificates: [DIGEST.toString('hex')], minimumVersionCode: 8 },
        ],
      },
    ],
    ['PURPOSES_DENIED', { purposes: ['decrypt'] }],
    ['USER_AUTHENTICATION_DENIED', { userAuthentication: 'required' }],
    ['VIRTUAL_DENIED', { roots: undefined }],
    ['SECURITY_LEVEL_DENIED', { securityLevel: 'strong-box' }],
    ['OS_VERSION_DENIED', { minimumOs: '17' }],
    ['PATCH_LEVEL_DENIED', { minimumPatchLevel: '2026-07' }],
    ['PROVISIONING_DENIED', { provisioning: 'remote' }],
  ];
  it.each(policies)('%s', async (code, policy) => {
    const enrolled = await enroll(keyAttestation(options()), factoryDrafts());
    expect(await codeOf(() => keyAttestation(options()).appraise(enrolled, NOW))).toBe('accepted');
    expect(await codeOf(() => keyAttestation(options(policy)).appraise(enrolled, NOW))).toBe(code);
  });

  it('an app that is listed with two minimum versions, of which it has one', async () => {
    const app = { packageName: PACKAGE, signingCertificates: [DIGEST.toString('hex')] };
    const apps = [8, 7].map((minimumVersionCode) => ({ ...app, minimumVersionCode }));
    const evidence = keyAttestation(options({ apps }));
    const enrolled = await enroll(evidence);
    expect(await codeOf(() => evidence.appraise(enrolled, NOW))).toBe('accepted');
  });

  it('a record that does not say how its user is authenticated, or what its key is for', async () => {
    const enrolled = await enroll(keyAttestation(options()));
    const { purposes, userAuthType, ...rest } = enrolled.withheld as Record<string, unknown>;
    expect([purposes, userAuthType]).toEqual([[2, 3], 0]);
    const silent = { ...enrolled, withheld: { ...rest, purposes } };
    expect(await codeOf(() => keyAttestation(options()).appraise(silent, NOW))).toBe('accepted');
    const guarded = keyAttestation(options({ userAuthentication: 'required' }));
    expect(await codeOf(() => guarded.appraise(silent, NOW))).toBe('USER_AUTHENTICATION_DENIED');
    const said = { ...enrolled, withheld: { ...rest, purposes, userAuthType: 2 } };
    expect(await codeOf(() => guarded.appraise(said, NOW))).toBe('accepted');
    const signing = keyAttestation(options({ purposes: ['sign'] }));
    const aimless = { ...enrolled, withheld: { ...rest, userAuthType: 2 } };
    expect(await codeOf(() => signing.appraise(aimless, NOW))).toBe('PURPOSES_DENIED');
  });

  it('a system of the owner’s, by the key that was enrolled', async () => {
    const key = 'ab'.repeat(32);
    const drafts = remoteDrafts({
      hardware: { 704: rootOfTrust({ state: 1, key: Buffer.from(key, 'hex') }) },
    });
    const listed = keyAttestation(options({ verifiedBootKeys: [key] }));
    const enrolled = await enroll(listed, drafts);
    // What tells such a system from a maker's, from attested facts alone.
    const verifiedBootKey = Buffer.from(key, 'hex').toString('base64url');
    expect(enrolled.facts).toMatchObject({ bootState: 'SELF_SIGNED', deviceLocked: true, verifiedBootKey });
    const again = keyAttestation(options({ verifiedBootKeys: [verifiedBootKey] }));
    expect(await codeOf(() => again.appraise(enrolled, NOW))).toBe('accepted');
    expect((await enroll(keyAttestation(options()))).facts).not.toHaveProperty('verifiedBootKey');
    expect(await codeOf(() => listed.appraise(enrolled, NOW))).toBe('accepted');
    expect(await codeOf(() => keyAttestation(options()).appraise(enrolled, NOW))).toBe('BOOT_STATE_DENIED');
  });

  it('certificates that were revoked since, failing closed if that is unknown', async () => {
    let latest: RevocationList | undefined = listOf();
    let asked = 0;
    const source: RevocationSource = {
      current: async () => {
        asked += 1;
        return listOf();
      },
      latest: () => latest,
    };
    const evidence = keyAttestation(options({ revocations: source }));
    const enrolled = await enroll(evidence);
    expect(await codeOf(() => evidence.appraise(enrolled, NOW))).toBe('accepted');
    for (const serial of ['65d29495', 'f59c', '3882']) {
      latest = listOf(serial);
      expect(await codeOf(() => evidence.appraise(enrolled, NOW))).toBe('ENROLLED_CHAIN_REVOKED');
    }
    latest = undefined;
    expect(await codeOf(() => evidence.appraise(enrolled, NOW))).toBe('REVOCATIONS_UNAVAILABLE');
    // Nobody waits in vain: before an appraisal the list is asked for.
    await evidence.ready?.();
    expect(asked).toBe(2);
    latest = listOf();
    const { certificateSerials: _gone, ...withheld } = enrolled.withheld ?? {};
    expect(await codeOf(() => evidence.appraise({ ...enrolled, withheld }, NOW))).toBe(
      'ENROLLED_CHAIN_REVOKED',
    );
  });

  it('is not told of a list by a source that tells nothing', () => {
    const source: RevocationSource = { current: () => listOf(), latest: () => listOf() };
    expect(() => keyAttestation(options({ revocations: source })).watch?.(() => undefined)).not.toThrow();
  });

  it('does not fail where the list cannot be renewed', async () => {
    const source: RevocationSource = {
      current: () => Promise.reject(new Error('down')),
      latest: () => undefined,
    };
    await expect(keyAttestation(options({ revocations: source })).ready?.()).resolves.toBeUndefined();
  });
});

describe('the body’s member', () => {
  const evidence = keyAttestation(options());
  const read = (member: unknown): unknown => sentEvidence({ certificate_chain: member }, [evidence]).fields;

  it('is a list of strings', () => {
    expect(read(['a', 'b'])).toEqual({ certificate_chain: ['a', 'b'] });
    expect(read([])).toEqual({ certificate_chain: [] });
  });

  it.each([['a'], [7], [null], [{}], [{ length: 1, 0: 'a' }], [['a', 7]], [['a', null]], [[['a']]]])(
    'is refused: %j',
    (member) => {
      expect(() => read(member)).toThrow(
        expect.objectContaining({ code: 'ERR_ENROLLMENT_MEMBERS_MALFORMED' }),
      );
    },
  );
});
