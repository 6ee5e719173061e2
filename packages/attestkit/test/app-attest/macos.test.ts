import { createHash } from 'node:crypto';
import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import {
  appAttest,
  inspectAppAttestAssertion,
  inspectAppAttestAttestation,
  verifyAppAttestAssertion,
  verifyAppAttestAttestation,
  type AssertionExpectations,
  type AttestationExpectations,
  type LaunchPolicy,
} from '../../src/app-attest/index.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import type { Enrolled } from '../../src/ports/enrollment.js';
import { createVirtualApple } from 'attestkit-testing/apple';
import { vectors, type Vector } from '../vectors.js';
import { forge, launchMap, MAC, MAC_POLICY, NOW, OS_OID, POLICY_OID } from './support/forge.js';
import { judge, judgeAssertion } from './support/judge.js';

/** Of the published app. */
const PUBLISHED = 'cb92a890915457b226fea9be778fc6a29994a2c60dfaa60371e9e264d8541306';
const HASH = 'ab'.repeat(32);
const bytes = (text: unknown): Buffer | undefined =>
  typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;

const attestations = vectors('app-attest-2/attestation');
const assertions = vectors('app-attest-2/assertion');

function expectationsOf(vector: Vector): AttestationExpectations {
  const { appId, keyId, challengeText, clientDataHash, environment, at } = vector;
  return {
    appIds: [String(appId)],
    keyId: String(keyId),
    challenge: challengeText as string | undefined,
    clientDataHash: bytes(clientDataHash),
    environments: [environment as 'production' | 'development'],
    now: Date.parse(String(at)),
  };
}

const ofMac = (files: readonly Vector[]): readonly [Buffer, AttestationExpectations] => {
  const vector = files.find(({ file }) => file.includes('macos')) as Vector;
  return [bytes(vector['attestation']) as Buffer, expectationsOf(vector)];
};

describe('published attestations and assertions, one of them of a Mac', () => {
  attestations.run('have the verdict that is known of them', (files) => {
    for (const vector of files) {
      const inspection = inspectAppAttestAttestation(
        bytes(vector['attestation']) as Buffer,
        expectationsOf(vector),
      );
      const { verdict } = vector['expected'] as { verdict: string };
      expect([vector.file, inspection.verdict]).toEqual([vector.file, verdict]);
    }
    expect(files.length).toBeGreaterThanOrEqual(2);
  });

  attestations.run('say of the Mac what it is, and which code it runs', (files) => {
    expect(verifyAppAttestAttestation(...ofMac(files))).toMatchObject({
      platform: 'macos',
      environment: 'production',
      category: 'developer-id',
      bundleVersion: undefined,
      codeDirectoryHash: PUBLISHED,
      virtual: false,
    });
  });

  attestations.run('of the Mac are held to the code and to the bundle version', (files) => {
    const [attestation, expected] = ofMac(files);
    const held = (policy: Partial<AttestationExpectations>): string =>
      judge(attestation, { ...expected, ...policy });
    expect(held({ codeDirectoryHash: { allowed: [HASH, PUBLISHED.toUpperCase()] } })).toBe('accepted');
    expect(held({ codeDirectoryHash: { allowed: [HASH] } })).toBe('ERR_APP_ATTEST_CODE_DIRECTORY_DENIED');
    expect(held({ codeDirectoryHash: { allowed: [HASH], whenAbsent: 'accept' } })).toBe(
      'ERR_APP_ATTEST_CODE_DIRECTORY_DENIED',
    );
    expect(held({ bundleVersion: { allowed: ['1'], whenAbsent: 'accept' } })).toBe('accepted');
    expect(held({ bundleVersion: { allowed: ['1'] } })).toBe('ERR_APP_ATTEST_BUNDLE_VERSION_MISSING');
    const { checks } = inspectAppAttestAttestation(attestation, {
      ...expected,
      bundleVersion: { allowed: ['1'] },
    });
    const told = checks.find(({ ok }) => !ok)?.detail;
    expect(told).toMatch(/nor do Macs/);
    expect(told).not.toMatch(/as before iOS 27/);
  });

  assertions.run('verify, and say which code signed them', (files) => {
    for (const vector of files) {
      const expected: AssertionExpectations = {
        appId: String(vector['appId']),
        publicKey: String(vector['publicKey']),
        clientDataHash: bytes(vector['clientDataHash']),
        previousCounter: Number(vector['previousCounter']),
      };
      const sent = bytes(vector['assertion']) as Buffer;
      const { counter } = vector['expected'] as { counter: number };
      expect(verifyAppAttestAssertion(sent, expected)).toMatchObject({
        counter,
        category: 'developer-id',
        bundleVersion: undefined,
        codeDirectoryHash: PUBLISHED,
      });
      expect(judgeAssertion(sent, { ...expected, codeDirectoryHash: { allowed: [PUBLISHED] } })).toBe(
        'accepted',
      );
      const other = { ...expected, codeDirectoryHash: { allowed: [HASH] } };
      expect(judgeAssertion(sent, other)).toBe('ERR_APP_ATTEST_ASSERTION_CODE_DIRECTORY_DENIED');
      expect(inspectAppAttestAssertion(sent, expected).verdict).toBe('pass');
    }
    expect(files.length).toBeGreaterThan(0);
  });
});

describe('the signed hash of the code', () => {
  const hash = Buffer.from(HASH, 'hex');
  const extensions = (members: Record<string, unknown>): Buffer =>
    Buffer.from(encode({ apple_validation_category_01: Buffer.of(6, 0, 0, 0), ...members }));
  const signed = (digest: unknown, type: unknown): Buffer =>
    extensions({
      ...(digest === undefined ? {} : { apple_cd_hash_hash_01: digest }),
      ...(type === undefined ? {} : { apple_cd_hash_type_01: type }),
    });
  const verdict = async (launch: Buffer, codeDirectoryHash?: LaunchPolicy<string>): Promise<string> => {
    const { attestation, expected } = await forge({
      launch,
      extensions: { [OS_OID]: MAC, [POLICY_OID]: MAC_POLICY },
    });
    const code = judge(attestation, { ...expected, codeDirectoryHash });
    if (code !== 'accepted') return code.replace('ERR_APP_ATTEST_', '');
    return verifyAppAttestAttestation(attestation, expected).codeDirectoryHash ?? 'none';
  };

  const UNRECOGNIZED: readonly (readonly [string, Buffer])[] = [
    ['of another algorithm', signed(hash, Buffer.of(1))],
    ['without its algorithm', signed(hash, undefined)],
    ['as an algorithm alone', signed(undefined, Buffer.of(2))],
    ['of 20 octets, as CDHash has them', signed(hash.subarray(0, 20), Buffer.of(2))],
    ['of 33 octets', signed(Buffer.concat([hash, Buffer.of(0)]), Buffer.of(2))],
    ['as text', signed(HASH, Buffer.of(2))],
    ['whose algorithm is a number', signed(hash, 2)],
    ['whose algorithm is two octets', signed(hash, Buffer.of(2, 0))],
  ];
  it.each(UNRECOGNIZED)(
    '%s is let through where nobody asks, and never meets a policy',
    async (_, launch) => {
      expect(await verdict(launch)).toBe('unrecognized');
      expect(await verdict(launch, { allowed: [HASH] })).toBe('CODE_DIRECTORY_DENIED');
      expect(await verdict(launch, { allowed: [HASH], whenAbsent: 'accept' })).toBe('CODE_DIRECTORY_DENIED');
    },
  );

  it('is compared digit by digit, in either case', async () => {
    const launch = signed(hash, Buffer.of(2));
    expect(await verdict(launch)).toBe(HASH);
    expect(await verdict(launch, { allowed: [HASH.toUpperCase()] })).toBe(HASH);
    expect(await verdict(launch, { allowed: [`${HASH.slice(0, -1)}a`] })).toBe('CODE_DIRECTORY_DENIED');
  });

  it('is missing where the system signs none, which is refused unless that is allowed', async () => {
    expect(await verdict(launchMap(4, '1'))).toBe('none');
    expect(await verdict(launchMap(4, '1'), { allowed: [HASH] })).toBe('CODE_DIRECTORY_MISSING');
    expect(await verdict(launchMap(4, '1'), { allowed: [HASH], whenAbsent: 'accept' })).toBe('none');
  });

  it('that stands unsigned beside the authenticator data is never taken for it', async () => {
    const { attestation, expected } = await forge({ members: (members) => ({ ...members, cdHash: hash }) });
    expect(verifyAppAttestAttestation(attestation, expected).codeDirectoryHash).toBeUndefined();
    expect(judge(attestation, { ...expected, codeDirectoryHash: { allowed: [HASH] } })).toBe(
      'ERR_APP_ATTEST_CODE_DIRECTORY_MISSING',
    );
  });

  const WRONG: readonly (readonly [string, unknown])[] = [
    ['CDHash, of 40 digits', { allowed: [HASH.slice(0, 40)] }],
    ['no hash', { allowed: [] }],
    ['base64', { allowed: [hash.toString('base64')] }],
    ['bytes', { allowed: [hash] }],
    ['one that is no list', { allowed: HASH }],
    ['another answer to absence', { allowed: [HASH], whenAbsent: 'ignore' }],
    ['text', HASH],
  ];
  it.each(WRONG)('cannot be configured as %s', (_, codeDirectoryHash) => {
    const options = { appIds: ['TEAMID1234.com.example.app'], codeDirectoryHash } as never;
    expect(() => appAttest(options)).toThrow(ConfigurationError);
    expect(() => appAttest(options)).toThrow(/^codeDirectoryHash/);
  });
});

describe('a virtual Mac', () => {
  const apple = createVirtualApple({ now: () => NOW });
  const appId = 'TEAMID1234.com.example.app';
  const options = { appIds: [appId], roots: [apple.attestationRoot, apple.receiptRoot] };
  const enroll = async (cdHash: Buffer | undefined): Promise<Enrolled> => {
    const mac = apple.createIPhone({ appId, platform: 'macos', ...(cdHash && { cdHash }) });
    const challenge = 'the challenge of this test';
    const key = mac.generateKey();
    const attestation = key.attest({ clientDataHash: createHash('sha256').update(challenge).digest() });
    const fields = { key_id: key.keyId, attestation: Buffer.from(attestation).toString('base64') };
    return appAttest(options).verify(fields, { challenge, deviceId: 'mac', now: NOW } as never);
  };

  it('has no bundle version, and the hash of its code in the facts of its record', async () => {
    const enrolled = await enroll(Buffer.from(HASH, 'hex'));
    expect(enrolled).toMatchObject({ platform: 'macos', facts: { codeDirectoryHash: HASH } });
    expect(enrolled.facts).not.toHaveProperty('bundleVersion');
  });

  it('is held to the hashes of now at every refresh', async () => {
    const enrolled = await enroll(Buffer.from(HASH, 'hex'));
    const held =
      (codeDirectoryHash: LaunchPolicy<string>, record = enrolled) =>
      () =>
        appAttest({ ...options, codeDirectoryHash }).appraise(record, NOW);
    expect(held({ allowed: [HASH] })).not.toThrow();
    expect(held({ allowed: [PUBLISHED] })).toThrow(
      expect.objectContaining({ code: 'ERR_APP_ATTEST_CODE_DIRECTORY_DENIED' }),
    );
    const without = await enroll(undefined);
    expect(held({ allowed: [HASH] }, without)).toThrow(
      expect.objectContaining({ code: 'ERR_APP_ATTEST_CODE_DIRECTORY_MISSING' }),
    );
    expect(held({ allowed: [HASH], whenAbsent: 'accept' }, without)).not.toThrow();
  });
});
