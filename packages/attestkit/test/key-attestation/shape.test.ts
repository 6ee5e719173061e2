import { describe, expect, it } from 'vitest';
import { basicConstraints } from '../../../testing/src/encode/certificate.js';
import { octets } from '../../../testing/src/encode/der.js';
import { NOW } from './support/describe.js';
import {
  expectations,
  factoryDrafts,
  named,
  newKey,
  provisioningInfo,
  remoteDrafts,
  signAll,
  type Draft,
} from './support/forge.js';
import { judge } from './support/judge.js';

const DAY = 86_400_000;

/** A certificate for a key of the attacker's, whoever signs it. */
const own = (subject: Buffer, extensions = [basicConstraints(true)]): Draft => ({
  serial: 0xbadn,
  subject,
  key: newKey(),
  notBefore: NOW - DAY,
  notAfter: NOW + DAY,
  extensions,
});

const STRONG_BOX = named(['T', 'StrongBox'], ['O', 'StrongBox']);
const strongLeaf = (): Draft => remoteDrafts({ level: 2 })[0] as Draft;

describe('refuses a chain in which a key that is no authority has issued a certificate', () => {
  it('an attestation key that leaked from a factory’s device, posing as the authority of a StrongBox', () => {
    const [, ...tee] = factoryDrafts();
    expect(judge(signAll([strongLeaf(), ...tee]), expectations())).toBe('SECURITY_LEVEL_CHAIN_MISMATCH');
    expect(judge(signAll([strongLeaf(), own(STRONG_BOX), ...tee]), expectations())).toBe(
      'CHAIN_SHAPE_INVALID',
    );
    const five = Array.from({ length: 5 }, () => own(STRONG_BOX));
    expect(judge(signAll([strongLeaf(), ...five, ...tee]), expectations())).toBe('CHAIN_SHAPE_INVALID');
  });

  it('the key of a protected virtual machine, which Google’s servers vouch for too', () => {
    const [leaf, attester, ...authorities] = remoteDrafts() as [Draft, Draft, ...Draft[]];
    // Android, "VM remote attestation": the leaf of such a chain has this extension in the place of a key description.
    const machine = own(named(['CN', 'pVM']), [{ oid: '1.3.6.1.4.1.11129.2.1.29.1', value: octets('') }]);
    const avf = {
      ...attester,
      subject: named(['CN', 'ab'], ['O', 'AVF']),
      extensions: [basicConstraints(true)],
    };
    expect(judge(signAll([leaf, machine, avf, ...authorities]), expectations())).toBe('CHAIN_SHAPE_INVALID');
    const posing = own(STRONG_BOX, [basicConstraints(true), provisioningInfo(1)]);
    const chain = signAll([strongLeaf(), posing, machine, avf, ...authorities]);
    expect(judge(chain, expectations({ securityLevel: 'strong-box', provisioning: 'remote' }))).toBe(
      'CHAIN_SHAPE_INVALID',
    );
    // Nor where the root is left out, or attestation keys are let through.
    const relaxed = expectations({ allowOmittedRoot: true, allowAttestKeys: true });
    expect(judge(signAll([leaf, machine, avf, ...authorities]).slice(0, -1), relaxed)).toBe(
      'CHAIN_SHAPE_INVALID',
    );
  });

  it('the attestation key of a remotely provisioned device', () => {
    const [leaf, ...rest] = remoteDrafts() as [Draft, ...Draft[]];
    expect(judge(signAll([leaf, own(named(['O', 'TEE'])), ...rest]), expectations())).toBe(
      'CHAIN_SHAPE_INVALID',
    );
    const [attester, ...authorities] = rest as [Draft, ...Draft[]];
    const bare = { ...attester, extensions: [basicConstraints(true)] };
    const chain = signAll([leaf, own(named(['O', 'TEE'])), bare, ...authorities]);
    expect(judge(chain, expectations())).toBe('CHAIN_SHAPE_INVALID');
  });

  it('more than two authorities of nobody that is known', () => {
    const [leaf, attester, lower, upper, root] = remoteDrafts() as [Draft, Draft, Draft, Draft, Draft];
    const maker = { ...upper, subject: named(['CN', 'Maker']) };
    expect(judge(signAll([leaf, attester, lower, maker, root]), expectations())).toBe('CHAIN_SHAPE_INVALID');
    expect(judge(signAll([leaf, attester, maker, root]), expectations())).toBe('accepted');
  });
});

describe('a chain of Google’s servers', () => {
  const under = (...attributes: readonly (readonly ['CN' | 'O' | 'T', string])[]): string => {
    const [leaf, attester, lower, upper, root] = remoteDrafts() as [Draft, Draft, Draft, Draft, Draft];
    const chain = [leaf, attester, lower, { ...upper, subject: named(...attributes) }, root];
    return judge(signAll(chain), expectations());
  };

  it('is known by both names of the certificate below the root', () => {
    expect(under(['O', 'Google LLC'], ['CN', 'Droid CA'])).toBe('accepted');
    expect(under(['CN', 'Droid CA12'], ['O', 'Google LLC'])).toBe('accepted');
  });

  it.each([
    [['CN', 'Droid CA2']],
    [['O', 'Google LLC']],
    [
      ['O', 'Google'],
      ['CN', 'Droid CA2'],
    ],
    [
      ['O', 'Google LLC'],
      ['CN', 'Droid CA2b'],
    ],
    [
      ['O', 'Google LLC'],
      ['CN', 'an Droid CA2'],
    ],
    [
      ['CN', 'Google LLC'],
      ['O', 'Droid CA2'],
    ],
  ] as const)('is not known by %j', (...attributes) => {
    expect(under(...attributes)).toBe('CHAIN_SHAPE_INVALID');
  });
});

describe('the level that Google’s servers vouch for', () => {
  const under = (...attributes: readonly (readonly ['CN' | 'O' | 'T', string])[]): string => {
    const [leaf, attester, ...authorities] = remoteDrafts() as [Draft, Draft, ...Draft[]];
    const subject = named(...attributes);
    return judge(signAll([leaf, { ...attester, subject }, ...authorities]), expectations());
  };

  it('is the organization of the attestation certificate, to the letter', () => {
    expect(under(['CN', 'ab'], ['O', 'TEE'])).toBe('accepted');
    expect(under(['O', 'TEE'], ['CN', 'ab'])).toBe('accepted');
    expect(under(['CN', 'StrongBox'], ['O', 'TEE'])).toBe('accepted');
  });

  it.each([
    [['O', 'AVF']],
    [['O', 'tee']],
    [['O', 'TEE ']],
    [['O', 'StrongBox']],
    [['T', 'TEE']],
    [['CN', 'TEE']],
    [
      ['O', 'TEE'],
      ['O', 'AVF'],
    ],
    [
      ['O', 'AVF'],
      ['O', 'TEE'],
    ],
  ] as const)('is none with %j', (...attributes) => {
    expect(under(...attributes)).toBe('SECURITY_LEVEL_CHAIN_MISMATCH');
  });
});
