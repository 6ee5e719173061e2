import { describe, expect, it } from 'vitest';
import {
  inspectKeyAttestation,
  keyAttestation,
  verifyKeyAttestation,
} from '../../src/key-attestation/index.js';
import { integer } from '../../../testing/src/encode/der.js';
import { vectors } from '../vectors.js';
import { applicationId, boolean, integers, NOW, rootOfTrust, type Description } from './support/describe.js';
import { codeOf, context, options } from './support/enrolling.js';
import { attestation, expectations, named, newKey, remoteDrafts, signAll } from './support/forge.js';
import { judge } from './support/judge.js';
import { chainOf, defaultAppraisal } from './support/published.js';

/** A leaf that an attestation key of the app has attested, which the device's own key has attested. */
function chain(leaf: Description = {}, attestKey: Description = {}): Buffer[] {
  const drafts = remoteDrafts({
    challenge: 'an older one',
    ...attestKey,
    hardware: { 1: integers(7), ...attestKey.hardware },
  });
  const [above] = drafts;
  if (above === undefined) throw new Error('there is a leaf');
  const below = { ...above, key: newKey(), extensions: [attestation(leaf)], subject: named(['CN', 'Leaf']) };
  return signAll([below, ...drafts]);
}

const allowed = expectations({ allowAttestKeys: true });

describe('a key that the app’s own attestation key attested', () => {
  it('is let in where that is allowed, and what it says counts', () => {
    expect(judge(chain(), allowed)).toBe('accepted');
    const result = verifyKeyAttestation(chain(), allowed);
    expect(Buffer.from(result.keyDescription.attestationChallenge).toString()).toBe(
      'the-challenge-of-this-test',
    );
    expect(result.attestKeyDescription?.hardwareEnforced.purpose).toEqual([7]);
    expect(result.facts.extensionIndexes).toEqual([0, 1]);
  });

  it('may have been attested before the app and the system were updated', () => {
    const older: Description = {
      software: { 701: integer(NOW - 10 ** 10), 709: applicationId([['com.example.app', 3]]) },
      hardware: { 706: integer(202_501) },
    };
    expect(judge(chain({}, older), allowed)).toBe('accepted');
  });

  it('is refused at the next refresh where it is not allowed any more', async () => {
    const lenient = keyAttestation(options({ allowAttestKeys: true }));
    const fields = { certificate_chain: chain().map((each) => each.toString('base64')) };
    const enrolled = await lenient.verify(fields, context);
    expect(await codeOf(() => lenient.appraise(enrolled, NOW))).toBe('accepted');
    expect(await codeOf(() => keyAttestation(options()).appraise(enrolled, NOW))).toBe('ATTEST_KEY_DENIED');
    const { byAttestKey: _gone, ...withheld } = enrolled.withheld ?? {};
    const strict = keyAttestation(options());
    expect(await codeOf(() => strict.appraise({ ...enrolled, withheld }, NOW))).toBe('ATTEST_KEY_DENIED');
  });

  it('is refused where it is not allowed', () => {
    expect(judge(chain(), expectations())).toBe('EXTENSION_REPEATED');
  });

  const BAD: readonly (readonly [string, Description])[] = [
    ['may sign anything', { hardware: { 1: integers(2) } }],
    ['may sign anything as well', { hardware: { 1: integers(2, 7) } }],
    ['is for nothing', { hardware: { 1: undefined } }],
    ['was imported', { hardware: { 702: integer(2) } }],
    ['is of another app', { software: { 709: applicationId([['com.example.other', 7]]) } }],
    ['is of another signer', { software: { 709: applicationId(undefined, [Buffer.alloc(32)]) } }],
    ['is of no app', { software: { 709: undefined } }],
    ['is of an unlocked device', { hardware: { 704: rootOfTrust({ locked: boolean(0) }) } }],
    ['is of another system', { hardware: { 704: rootOfTrust({ key: Buffer.alloc(32) }) } }],
    ['is of another state', { hardware: { 704: rootOfTrust({ state: 1 }) } }],
    ['says nothing of its system', { hardware: { 704: undefined } }],
    ['is in software', { level: 0 }],
    ['was attested in software', { level: 0, keyMintLevel: 1 }],
    ['is in software, and was attested in hardware', { level: 1, keyMintLevel: 0 }],
  ];
  it.each(BAD)('ATTEST_KEY_INVALID: whose attestation key %s', (_name, attestKey) => {
    expect(judge(chain({}, attestKey), allowed)).toBe('ATTEST_KEY_INVALID');
  });

  it('ATTEST_KEY_INVALID: that says nothing of its own system or app', () => {
    const anyBoot = { ...allowed, verifiedBoot: 'any' } as const;
    expect(judge(chain(), anyBoot)).toBe('accepted');
    expect(judge(chain({ hardware: { 704: undefined } }), anyBoot)).toBe('ATTEST_KEY_INVALID');
    const silent: Description = { software: { 709: undefined } };
    const anyApp = { ...allowed, apps: undefined, anyApp: true };
    expect(judge(chain(), anyApp)).toBe('accepted');
    expect(judge(chain(silent), anyApp)).toBe('ATTEST_KEY_INVALID');
    expect(judge(chain(silent, silent), anyApp)).toBe('ATTEST_KEY_INVALID');
  });

  it('may have its app in the list of the hardware, and the attestation key too', () => {
    const inHardware: Description = { software: { 709: undefined }, hardware: { 709: applicationId() } };
    expect(judge(chain(inHardware), allowed)).toBe('accepted');
    expect(judge(chain({}, inHardware), allowed)).toBe('accepted');
    const another = { ...inHardware, hardware: { 709: applicationId([['com.example.other', 7]]) } };
    expect(judge(chain({}, another), allowed)).toBe('ATTEST_KEY_INVALID');
  });

  it('may be of several apps of one user id, and several signers, in any order', () => {
    const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const of = (names: readonly string[], signers: readonly Buffer[]): Description => ({
      software: {
        709: applicationId(
          names.map((name) => [name, 7] as const),
          signers,
        ),
      },
    });
    const names = ['com.example.app', 'com.example.other'];
    const shared = chain(of(names, [one, two]), of(names.toReversed(), [two, one]));
    expect(judge(shared, { ...allowed, apps: undefined, anyApp: true })).toBe('accepted');
  });

  it('is held to everything itself', () => {
    expect(judge(chain({ challenge: 'other' }), allowed)).toBe('CHALLENGE_MISMATCH');
    expect(judge(chain({ hardware: { 702: integer(2) } }), allowed)).toBe('ORIGIN_INVALID');
    expect(judge(chain({ level: 0 }), allowed)).toBe('SECURITY_LEVEL_INVALID');
    // A StrongBox key cannot be vouched for by a trusted execution environment.
    expect(judge(chain({ level: 2 }), allowed)).toBe('SECURITY_LEVEL_CHAIN_MISMATCH');
    expect(judge(chain({ hardware: { 999: integer(1) } }), allowed)).toBe('TAG_UNKNOWN');
    expect(judge(chain({}, { hardware: { 999: integer(1) } }), allowed)).toBe('TAG_UNKNOWN');
  });
});

const published = vectors('key-attestation/071');

published.run(
  'the published chain of one holds where root and attestation key are allowed for',
  ([vector]) => {
    if (vector === undefined) throw new Error('there is one');
    const relaxed = { ...defaultAppraisal(vector), allowOmittedRoot: true };
    expect(judge(chainOf(vector), relaxed)).toBe('EXTENSION_REPEATED');
    expect(judge(chainOf(vector), { ...relaxed, allowAttestKeys: true })).toBe('accepted');
    const required = { ...relaxed, allowAttestKeys: true, verifiedBoot: 'required' } as const;
    expect(judge(chainOf(vector), required)).toBe('BOOT_STATE_DENIED');
    const key = '9e6a8f3e0d761a780179f93acd5721ba1ab7c8c537c7761073c0a754b0e932de';
    const result = inspectKeyAttestation(chainOf(vector), { ...required, verifiedBootKeys: [key] });
    expect(result.verdict).toBe('pass');
  },
);
