import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NULL, sequence } from '../../../testing/src/encode/der.js';
import { readCbor } from '../../src/kernel/bytes/cbor.js';
import { vectors } from '../vectors.js';
import { expectations, KEY_DESCRIPTION, named, newKey, remoteDrafts, signAll } from './support/forge.js';
import { judge } from './support/judge.js';

const CHAIN = signAll(remoteDrafts());
const [LEAF] = CHAIN as [Buffer];
const pem = (der: Buffer): Buffer => Buffer.from(new X509Certificate(der).toString());
const code = (chain: unknown): string => judge(chain as readonly Uint8Array[], expectations());

describe('a chain of the wrong length', () => {
  it.each([0, 1, 2, 11, 50, 10_000])('of %i certificates', (length) => {
    expect(code(Array.from({ length }, (_, index) => CHAIN[Math.min(index, 4)]))).toBe('CHAIN_MALFORMED');
    expect(code(Array.from({ length }, () => LEAF))).toBe('CHAIN_MALFORMED');
  });

  it.each([3, 10])('is not one of %i', (length) => {
    expect(code(Array.from({ length }, () => LEAF))).toBe('ISSUER_MISMATCH');
  });

  it.each([[null], [undefined], ['a chain'], [7], [{}], [{ length: 3 }], [LEAF], [new Set(CHAIN)]])(
    'that is none: %s',
    (chain) => {
      expect(code(chain)).toBe('CHAIN_MALFORMED');
    },
  );
});

describe('certificates that are none', () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ['CERTIFICATE_TOO_LARGE', 'of 100 KB', Buffer.concat([LEAF, Buffer.alloc(100_000)])],
    ['CERTIFICATE_TOO_LARGE', 'of a byte too many', Buffer.alloc(16_385, 0x30)],
    ['CERTIFICATE_MALFORMED', 'of 16 KiB of sequences', Buffer.alloc(16_384, 0x30)],
    ['CERTIFICATE_MALFORMED', 'empty', Buffer.alloc(0)],
    ['CERTIFICATE_MALFORMED', 'PEM', pem(LEAF)],
    ['CERTIFICATE_MALFORMED', 'base64', Buffer.from(LEAF.toString('base64'))],
    ['CERTIFICATE_MALFORMED', 'text', LEAF.toString('base64')],
    ['CERTIFICATE_MALFORMED', 'null', null],
    ['CERTIFICATE_MALFORMED', 'a list of bytes', [...LEAF.subarray(0, 10)]],
    ['CERTIFICATE_MALFORMED', 'with a byte behind it', Buffer.concat([LEAF, Buffer.of(0)])],
    ['CERTIFICATE_MALFORMED', 'that is cut off', LEAF.subarray(0, -1)],
    ['CERTIFICATE_MALFORMED', 'that is twice there', Buffer.concat([LEAF, LEAF])],
    [
      'CERTIFICATE_MALFORMED',
      'with an extension twice',
      signAll(
        remoteDrafts().map((draft, index) =>
          index === 0 ? { ...draft, extensions: [...draft.extensions, ...draft.extensions] } : draft,
        ),
      )[0],
    ],
  ];
  it.each(cases)('%s: %s', (expected, _name, certificate) => {
    for (const index of [0, 1, 4]) expect(code(CHAIN.with(index, certificate as never))).toBe(expected);
  });

  it('are refused at whatever length the leaf is cut off', () => {
    for (let length = 0; length < LEAF.length; length += 1)
      expect(code(CHAIN.with(0, LEAF.subarray(0, length)))).toBe('CERTIFICATE_MALFORMED');
  });

  it('are refused, or do not hold, whatever octet of the leaf is another', () => {
    for (let at = 0; at < LEAF.length; at += 1) {
      const copy = Buffer.from(LEAF);
      copy.writeUInt8((copy[at] as number) ^ (1 << (at % 8)), at);
      expect([at, code(CHAIN.with(0, copy))]).not.toEqual([at, 'accepted']);
    }
  });
});

it.each([
  ['DESCRIPTION_MALFORMED', 'as deep as 16 KiB allow', (_: number, size: number): boolean => size < 15_000],
  ['CERTIFICATE_TOO_LARGE', '10,000 deep', (depth: number): boolean => depth < 10_000],
])('%s: a key description nested %s', (expected, _, goesOn) => {
  let nested: Uint8Array = NULL;
  for (let depth = 0; goesOn(depth, nested.length); depth += 1) nested = sequence(nested);
  const [leaf, ...rest] = remoteDrafts();
  const deep = {
    ...(leaf as NonNullable<typeof leaf>),
    extensions: [{ oid: KEY_DESCRIPTION, value: nested }],
  };
  expect(code(signAll([deep, ...rest]))).toBe(expected);
});

it('a chain of another maker, whatever it says of itself', () => {
  const knox = remoteDrafts().map((each, index) =>
    index < 4
      ? each
      : {
          ...each,
          subject: named(['CN', 'Samsung Corporation Attestation Root CA'], ['O', 'Samsung']),
          key: newKey(),
        },
  );
  expect(code(signAll(knox))).toBe('ROOT_UNKNOWN');
  expect(code(signAll(knox).slice(0, 4))).toBe('ROOT_MISSING');
});

const apple = vectors('app-attest/attestation-17');

apple.run('a chain of another maker', (files) => {
  for (const { attestation } of files) {
    const object = readCbor(Buffer.from(String(attestation), 'base64')) as Map<string, Map<string, Buffer[]>>;
    const chain = object.get('attStmt')?.get('x5c') ?? [];
    expect(code(chain)).toBe('CHAIN_MALFORMED');
    expect(code([...chain, ...chain.slice(1)])).toBe('ISSUER_MISMATCH');
  }
});
