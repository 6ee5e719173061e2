import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyModules, type AttestedModule, type KeyDescription } from '../../src/key-attestation/index.js';
import { KEY_ATTESTATION_CHECKS } from '../../src/key-attestation/internal.js';
import { readKeyDescription } from '../../src/key-attestation/description/key-description.js';
import { AttestationError } from '../../src/kernel/errors.js';
import {
  der,
  indefinite,
  integer,
  octets,
  sequence,
  set,
  TRUE,
  utf8,
} from '../../../testing/src/encode/der.js';
import { describeKey } from './support/describe.js';

const module = (name: string | Uint8Array, version: number | bigint): Buffer =>
  sequence(octets(name), integer(version));
const MODULES = set(module('com.android.adbd', 361_000_001), module('com.android.art', 7));

/** A description whose hash is of these bytes, or has this value. */
function described(
  modules: Uint8Array,
  moduleHash: Uint8Array = hash('sha256', modules, 'buffer'),
): KeyDescription {
  const extension = describeKey({ version: 400, software: { 724: octets(moduleHash) } });
  const read = readKeyDescription(extension);
  if (read === undefined) throw new Error('cannot be read');
  return read.description;
}

function verdict(modules: Uint8Array, description: KeyDescription): string {
  try {
    verifyModules(modules, description);
  } catch (error) {
    if (error instanceof AttestationError) return error.code.replace('ERR_KEY_ATTESTATION_MODULES_', '');
    throw error;
  }
  return 'accepted';
}

describe('modules whose hash is attested', () => {
  const accepted: readonly (readonly [string, Buffer, readonly AttestedModule[]])[] = [
    [
      'two',
      MODULES,
      [
        { packageName: 'com.android.adbd', version: 361_000_001 },
        { packageName: 'com.android.art', version: 7 },
      ],
    ],
    ['none', set(), []],
    [
      'in another order than DER has: keystore2 sorts them by name',
      set(module('b', 70_000), module('aa', 1)),
      [
        { packageName: 'b', version: 70_000 },
        { packageName: 'aa', version: 1 },
      ],
    ],
    ['of 64 bits', set(module('a', 2n ** 63n)), [{ packageName: 'a', version: 2 ** 63 }]],
  ];
  it.each(accepted)('%s', (_name, modules, expected) => {
    expect(verifyModules(modules, described(modules))).toEqual(expected);
    expect(verdict(new Uint8Array(modules), described(modules))).toBe('accepted');
  });

  it('of many, up to the most that is read', () => {
    const modules = set(...Array.from({ length: 1500 }, (_, index) => module(`com.android.${index}`, index)));
    expect(verifyModules(modules, described(modules))).toHaveLength(1500);
  });
});

/** With the hash of exactly these bytes: what is refused is how they are written. */
const UNREADABLE: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', Buffer.alloc(0)],
  ['an octet behind them', Buffer.concat([MODULES, Buffer.of(0)])],
  ['themselves twice', Buffer.concat([MODULES, MODULES])],
  ['cut off', MODULES.subarray(0, -1)],
  ['base64', Buffer.from(MODULES.toString('base64'))],
  ['in an octet string, as the extension has it', octets(MODULES)],
  ['a sequence of modules', der(0x30, module('a', 1))],
  ['a set in a set', set(MODULES)],
  ['a module in a module', set(sequence(module('a', 1)))],
  ['a thousand sets in each other', nested(1000)],
  ['sets up to 64 KiB in each other', nested(16_000)],
  ['of indefinite length', indefinite(0x31, module('a', 1))],
  ['a module of indefinite length', set(indefinite(0x30, octets('a'), integer(1)))],
  ['a length longer than needed', Buffer.concat([Buffer.of(0x31, 0x81, 8), module('abc', 1)])],
  ['a module without a version', set(module('a', 1), sequence(octets('b')))],
  ['an empty module', set(sequence())],
  ['a module with a third element', set(sequence(octets('a'), integer(1), integer(2)))],
  ['version before name', set(sequence(integer(1), octets('a')))],
  ['a name in UTF8String', set(sequence(utf8('a'), integer(1)))],
  ['a name that is no UTF-8', set(module(Buffer.of(0xff, 0xfe), 1))],
  ['a negative version', set(sequence(octets('a'), der(2, Buffer.of(0xff))))],
  ['a version of 65 bits', set(module('a', 2n ** 64n))],
  ['a version longer than needed', set(sequence(octets('a'), der(2, Buffer.of(0, 1))))],
  ['an empty version', set(sequence(octets('a'), der(2)))],
  ['a version that is none', set(sequence(octets('a'), TRUE))],
  ['an octet too large', set(module('a'.repeat(65_536 - 12), 1), Buffer.alloc(0))],
  ['of a megabyte', Buffer.alloc(1_000_000, 0x31)],
];

describe('modules that cannot be read', () => {
  it.each(UNREADABLE)('%s', (_name, modules) => {
    expect(verdict(modules, described(modules))).toBe('MALFORMED');
  });

  it('the largest that can has 64 KiB', () => {
    const name = 'a'.repeat(65_536 - 15);
    const [fits, over] = [set(module(name, 1)), set(module(`${name}a`, 1))];
    expect([fits.length, over.length]).toEqual([65_536, 65_537]);
    expect(verdict(fits, described(fits))).toBe('accepted');
    expect(verdict(over, described(over))).toBe('MALFORMED');
  });

  it.each([[null], [undefined], [7], [{}], [MODULES.toString('base64')], [[...MODULES]], [MODULES.buffer]])(
    'that are no bytes: %#',
    (modules) => {
      expect(verdict(modules as never, described(MODULES))).toBe('MALFORMED');
    },
  );

  it('cut off at whatever length, or with any octet changed, are refused', () => {
    const description = described(MODULES);
    for (let at = 0; at < MODULES.length; at += 1) {
      expect(verdict(MODULES.subarray(0, at), description)).toBe('MALFORMED');
      const changed = MODULES.map((octet, index) => (index === at ? octet ^ 1 : octet));
      expect(['MALFORMED', 'MISMATCH']).toContain(verdict(changed, description));
    }
  });
});

describe('modules of another hash', () => {
  it.each([
    ['those of another device', described(set(module('com.android.adbd', 1)))],
    ['a hash of zeros', described(MODULES, Buffer.alloc(32))],
    ['the beginning of the hash', described(MODULES, hash('sha256', MODULES, 'buffer').subarray(0, 31))],
    ['a longer hash', described(MODULES, Buffer.concat([hash('sha256', MODULES, 'buffer'), Buffer.of(0)]))],
    ['an empty hash', described(MODULES, Buffer.alloc(0))],
    ['SHA-512', described(MODULES, hash('sha512', MODULES, 'buffer'))],
    ['the modules themselves', described(MODULES, MODULES)],
  ])('%s', (_name, description) => {
    expect(verdict(MODULES, description)).toBe('MISMATCH');
  });

  it('the same ones in another order', () => {
    const sorted = set(module('com.android.art', 7), module('com.android.adbd', 361_000_001));
    expect(verdict(sorted, described(MODULES))).toBe('MISMATCH');
  });
});

describe('a key description without a hash of modules', () => {
  it('vouches for none', () => {
    const { softwareEnforced, ...description } = described(MODULES);
    const { moduleHash, ...others } = softwareEnforced;
    expect(verdict(MODULES, { ...description, softwareEnforced: others })).toBe('HASH_MISSING');
    // Nor does one that somebody wrote into the list that the system has no say in.
    const moved = { ...description.hardwareEnforced, ...(moduleHash && { moduleHash }) };
    const elsewhere = { ...description, softwareEnforced: others, hardwareEnforced: moved };
    expect(verdict(MODULES, elsewhere)).toBe('HASH_MISSING');
  });

  it('comes first: that nothing is attested is said of whatever is sent', () => {
    const { softwareEnforced: _, ...description } = described(MODULES);
    expect(verdict(Buffer.alloc(0), { ...description, softwareEnforced: {} })).toBe('HASH_MISSING');
  });
});

it('every check of modules is in the catalog, last', () => {
  const codes = KEY_ATTESTATION_CHECKS.slice(-3).map(({ code }) => code);
  const names = ['HASH_MISSING', 'MALFORMED', 'MISMATCH'];
  expect(codes).toEqual(names.map((name) => `ERR_KEY_ATTESTATION_MODULES_${name}`));
});

/** A set as often in itself as the count says. */
function nested(count: number): Buffer {
  let element: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < count; depth += 1) element = set(element);
  return element;
}
