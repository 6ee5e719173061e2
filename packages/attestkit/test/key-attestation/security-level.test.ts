import { describe, expect, it } from 'vitest';
import { describeName } from '../../src/key-attestation/chain/distinguished-name.js';
import type { KeyAttestationExpectations } from '../../src/key-attestation/index.js';
import { der, oid, printable, sequence, set } from '../../../testing/src/encode/der.js';
import type { Description } from './support/describe.js';
import { expectations, factoryDrafts, named, remoteDrafts, signAll, type Draft } from './support/forge.js';
import { judge } from './support/judge.js';

/** The drafts with the subject of one of them changed. */
const changed =
  (make: () => Draft[], index: number, change: Partial<Draft>): (() => Draft[]) =>
  () =>
    make().map((draft, at) => (at === index ? { ...draft, ...change } : draft));

/** A factory's chain whose attestation certificate does not say what it is of, and whose upper one says StrongBox. */
const strongBoxAbove =
  (description: Description, upper = named(['SERIAL', 'ccd18b9b608d658e'], ['T', 'StrongBox'])) =>
  (): Draft[] =>
    factoryDrafts(description).map((draft, index) => {
      if (index === 1) return { ...draft, subject: named(['SERIAL', '90e8da3cadfc7820']) };
      return index === 2 ? { ...draft, subject: upper } : draft;
    });

const strongRoot = (): Draft[] =>
  factoryDrafts().map((draft, index) =>
    index === 3 ? { ...draft, subject: named(['CN', 'StrongBox Root']) } : draft,
  );
const STRONG_ROOT = signAll(strongRoot()).at(-1) as Buffer;

/** Two octets for each character. */
const BMP_STRONG_BOX = sequence(
  set(sequence(oid('2.5.4.12'), der(0x1e, Buffer.from('StrongBox', 'utf16le').swap16()))),
  set(sequence(oid('2.5.4.5'), printable('ccd18b9b608d658e'))),
);

type Case = readonly [name: string, make: () => Draft[], expected?: Partial<KeyAttestationExpectations>];

const complete = ([name, make, expected = {}]: Case) => [name, make, expected] as const;

const VOUCHED: readonly Case[] = [
  ['of a StrongBox that the upper certificate alone names', strongBoxAbove({ level: 2 })],
  ['of a TEE whose root alone is named after a StrongBox', strongRoot, { roots: [STRONG_ROOT] }],
  [
    'of a TEE, remotely provisioned, whose upper certificates are named after a StrongBox',
    changed(remoteDrafts, 2, { subject: named(['O', 'Google LLC'], ['CN', 'StrongBox CA']) }),
  ],
];

const NOT_VOUCHED: readonly Case[] = [
  ['of a StrongBox that nobody above names', strongBoxAbove({ level: 2 }, named(['SERIAL', 'ccd18b9b']))],
  ['of a TEE under an upper certificate of a StrongBox', strongBoxAbove({ level: 1 })],
  ['of a TEE under one that says so in another type of string', strongBoxAbove({ level: 1 }, BMP_STRONG_BOX)],
  [
    'of a TEE under one that says so in small letters, somewhere in its name',
    strongBoxAbove({ level: 1 }, named(['SERIAL', 'ab'], ['OU', 'maker strongbox keys'])),
  ],
  [
    'of a TEE under an attestation certificate of a StrongBox',
    changed(factoryDrafts, 1, { subject: named(['SERIAL', 'ab'], ['T', 'StrongBox']) }),
  ],
  [
    'of a StrongBox, remotely provisioned, that an upper certificate alone names',
    changed(() => remoteDrafts({ level: 2 }), 1, { subject: named(['CN', 'ab'], ['O', 'TEE']) }),
  ],
  [
    'of a protected virtual machine',
    changed(remoteDrafts, 1, { subject: named(['CN', 'ab'], ['O', 'pVM']) }),
  ],
];

describe('the level of a key is the one that those who issued its attestation vouch for', () => {
  it.each(VOUCHED.map(complete))('%s', (_name, make, expected) => {
    expect(judge(signAll(make()), expectations(expected))).toBe('accepted');
  });

  it.each(NOT_VOUCHED.map(complete))('SECURITY_LEVEL_CHAIN_MISMATCH: %s', (_name, make, expected) => {
    expect(judge(signAll(make()), expectations(expected))).toBe('SECURITY_LEVEL_CHAIN_MISMATCH');
  });
});

describe('the attributes of a name', () => {
  const T = oid('2.5.4.12');
  const known = set(sequence(T, printable('known')));

  it.each<[string, Uint8Array]>([
    ['without a value', set(sequence(T))],
    ['without a type', set(sequence(printable('StrongBox'), printable('StrongBox')))],
    ['whose value is made of others', set(sequence(T, sequence(printable('StrongBox'))))],
    ['that is not in a set', sequence(sequence(T, printable('StrongBox')))],
    ['that is not a sequence', set(printable('StrongBox'))],
    ['of nothing', set(sequence())],
  ])('leave out one %s', (_name, unreadable) => {
    expect(describeName(sequence(unreadable, known))).toBe('2.5.4.12=known');
  });

  it('are those of all sets, in their order', () => {
    const two = set(sequence(T, printable('one')), sequence(oid('2.5.4.3'), printable('two')));
    expect(describeName(sequence(two, known))).toBe('2.5.4.12=one, 2.5.4.3=two, 2.5.4.12=known');
  });

  it('are read as they are if they are not whole characters', () => {
    expect(describeName(sequence(set(sequence(T, der(0x1e, Buffer.from('abc'))))))).toBe('2.5.4.12=abc');
  });

  it('are none of what is not a name', () => {
    expect(describeName(printable('StrongBox'))).toBe('');
  });
});
