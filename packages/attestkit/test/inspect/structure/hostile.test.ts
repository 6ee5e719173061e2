import { describe, expect, it } from 'vitest';
import { dissectEvidence, type EvidencePart } from '../../../src/inspect/index.js';
import type { EvidenceKindName } from '../../../src/inspect/kind-table.js';
import { readElement } from '../../../src/inspect/structure/der.js';
import { Sheet } from '../../../src/inspect/structure/sheet.js';
import { base64, chainFile, PAYLOAD } from '../support/android-files.js';
import { ASSERTION, ATTESTATION, RECEIPT } from '../support/app-attest-files.js';
import { TOKENS } from '../support/bodies.js';
import { isWhole, misplaced, nodesOf } from './support/tree.js';

const MOST_NODES = 20_000;
const MIB = 1_048_576;

function dissect(kind: EvidenceKindName, file: Record<string, unknown>): readonly EvidencePart[] {
  return dissectEvidence({ kind, file });
}

function only(parts: readonly EvidencePart[]): EvidencePart {
  const [part] = parts;
  if (part === undefined) throw new Error('there is no part');
  return part;
}

const attestation = (bytes: Uint8Array) => dissect('app-attest-attestation', { attestation: base64(bytes) });
const assertion = (bytes: Uint8Array) => dissect('app-attest-assertion', { assertion: base64(bytes) });
const receipt = (bytes: Uint8Array) => dissect('app-attest-receipt', { receipt: base64(bytes) });
const chain = (...all: readonly Uint8Array[]) =>
  dissect('key-attestation', { certificateChain: all.map(base64) });
const token = (text: string) => dissect('session-token', { token: text });
const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');

/** Wherever it ends or is changed: it has a problem or is whole, and no node is where none can be. */
function assertSound(parts: readonly EvidencePart[], hint: string): void {
  for (const part of parts) {
    const faults = misplaced(part);
    if (faults.length > 0) throw new Error(`${hint}, ${part.name}: ${faults.join(', ')}`);
    if (part.problem === undefined && !isWhole(part)) throw new Error(`${hint}, ${part.name}: not whole`);
  }
}

/** Reading certificates costs most, so that not each byte of evidence with several is tried. */
const WITH_CHAINS: readonly string[] = ['attestation', 'receipt'];

describe('evidence that is cut off', () => {
  it.each<[string, Buffer, (bytes: Uint8Array) => readonly EvidencePart[]]>([
    ['attestation', bytesOf(ATTESTATION.attestation), attestation],
    ['assertion', bytesOf(ASSERTION.assertion), assertion],
    ['receipt', bytesOf(RECEIPT.receipt), receipt],
    ['certificate', bytesOf(chainFile().certificateChain[0] ?? ''), chain],
    ['token', Buffer.from(TOKENS.session), (bytes) => token(Buffer.from(bytes).toString('latin1'))],
  ])('says so at each byte: %s', (name, whole, read) => {
    const step = WITH_CHAINS.includes(name) ? 19 : 1;
    for (let length = 0; length < whole.length; length += step) {
      const parts = read(whole.subarray(0, length));
      assertSound(parts, `${length}`);
      // The last segment of a token may have any length.
      const isOpen = name === 'token' && length > TOKENS.session.lastIndexOf('.');
      if (!isOpen && only(parts).problem === undefined) throw new Error(`${length}: no problem`);
    }
    expect(only(read(whole)).problem).toBeUndefined();
  });

  it.each<[string, Buffer, (bytes: Uint8Array) => readonly EvidencePart[]]>([
    ['attestation', bytesOf(ATTESTATION.attestation), attestation],
    ['receipt', bytesOf(RECEIPT.receipt), receipt],
    ['certificate', bytesOf(chainFile().certificateChain[0] ?? ''), chain],
  ])('or changed is shown as far as it goes: %s', (name, whole, read) => {
    for (let at = 0; at < whole.length; at += WITH_CHAINS.includes(name) ? 19 : 1) {
      const changed = Buffer.from(whole);
      changed[at] = [0xff, 0x80, 0x30, 0x00, 0x9f][at % 5] as number;
      assertSound(read(changed), `${at}`);
    }
  });

  it('has the rest of its certificate', () => {
    const der = bytesOf(chainFile().certificateChain[0] ?? '');
    const { root, problem, certificate } = only(chain(der.subarray(0, -1)));
    expect(nodesOf(root).length).toBeGreaterThan(60);
    expect(problem).toBe('the element at 0 ends beyond the last byte');
    expect(certificate).toBeUndefined();
    expect(only(chain(Buffer.concat([der, Buffer.of(0)]))).problem).toBe(
      `after the element at 0, bytes follow from ${der.length} on`,
    );
  });

  it('has a problem if it is cut in JSON', () => {
    const text = JSON.stringify(PAYLOAD.payload);
    const encoded = (of: string): string => `e30.${Buffer.from(of).toString('base64url')}.AA`;
    for (let length = 1; length < text.length; length += 1) {
      const part = only(token(encoded(text.slice(0, length))));
      expect([length, typeof part.problem, ...misplaced(part)]).toEqual([length, 'string']);
    }
    expect(only(token(encoded(text))).problem).toBeUndefined();
  });
});

describe('evidence without end', () => {
  const cbor: readonly (readonly [string, Buffer])[] = [
    ['arrays of one', Buffer.alloc(MIB * 0.74, 0x81)],
    ['arrays of indefinite length', Buffer.alloc(MIB * 0.74, 0x9f)],
    ['maps', Buffer.alloc(MIB * 0.74, 0xa1)],
    ['maps of indefinite length', Buffer.alloc(MIB * 0.74, 0xbf)],
    ['tags', Buffer.alloc(MIB * 0.74, 0xc1)],
    ['texts of indefinite length', Buffer.alloc(MIB * 0.74, 0x7f)],
    [
      'an array of 2^64 - 1 items',
      Buffer.concat([Buffer.from('9bffffffffffffffff', 'hex'), Buffer.alloc(MIB / 2)]),
    ],
    [
      'a map of 2^64 - 1 items',
      Buffer.concat([Buffer.from('bbffffffffffffffff', 'hex'), Buffer.alloc(MIB / 2)]),
    ],
    ['a text of 2^64 - 1 bytes', Buffer.from('7bffffffffffffffff6161', 'hex')],
    ['bytes of 2^53 bytes', Buffer.from('5b0020000000000000', 'hex')],
    ['a reserved form', Buffer.from('fc', 'hex')],
    ['a break alone', Buffer.from('82ff01', 'hex')],
    ['two items', Buffer.from('0101', 'hex')],
    ['an odd map of indefinite length', Buffer.from('bf01ff', 'hex')],
  ];

  it.each(cbor)('is bounded in CBOR: %s', (name, bytes) => {
    const part = only(assertion(bytes));
    assertBounded(part, name === 'a break alone' ? undefined : /./);
  });

  const der: readonly (readonly [string, Buffer])[] = [
    ['of indefinite length', Buffer.alloc(MIB * 0.74, Buffer.from('3080', 'hex'))],
    ['all with lengths', nested(200_000)],
    ['side by side', wrapped(Buffer.alloc(MIB * 0.7, Buffer.from('0500', 'hex')))],
    ['in octet strings', wrapped(Buffer.alloc(MIB * 0.7, Buffer.from('0404300204003000', 'hex')))],
    ['with a length of 2^64', Buffer.from('3088ffffffffffffffff0500', 'hex')],
    ['with a length of 127 bytes', Buffer.concat([Buffer.from('30ff', 'hex'), Buffer.alloc(127, 0xff)])],
    ['with a tag number without end', Buffer.alloc(MIB / 2, 0xff)],
    ['with ends of contents', Buffer.alloc(MIB / 2)],
    ['primitive, without a length', Buffer.from('0480aabb', 'hex')],
  ];

  it.each(der)('is bounded in DER: %s', (_, bytes) => assertBounded(only(chain(bytes)), /./));

  it('is bounded in JSON', () => {
    const encoded = (text: string): string => `e30.${Buffer.from(text).toString('base64url')}.AA`;
    for (const text of ['['.repeat(700_000), '{"a":'.repeat(140_000), `[${'0,'.repeat(300_000)}0]`])
      assertBounded(only(token(encoded(text))), /deep|too many/);
    assertBounded(only(token(encoded(`{"a":"${'x'.repeat(700_000)}"}`))), undefined);
    assertBounded(only(token(encoded(`{"a":"${'\\'.repeat(700_001)}"}`))), /cannot be read/);
    assertBounded(only(token('.'.repeat(MIB))), /./);
    let deep: unknown = [];
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(only(dissect('play-integrity', { payload: deep })).problem).toMatch(/cannot be written|deeper/);
  });

  it('is bounded in what is tried in octet strings, and thrown away', () => {
    const inner = wrapped(Buffer.concat([Buffer.alloc(1000, Buffer.from('0500', 'hex')), Buffer.of(5)]));
    const octets = Buffer.concat([Buffer.from('048203ef', 'hex'), inner]);
    const sheet = new Sheet(wrapped(Buffer.concat(Array<Buffer>(100).fill(octets))));
    let made = 0;
    const node = sheet.node.bind(sheet);
    sheet.node = (...place) => {
      made += 1;
      return node(...place);
    };
    const root = readElement(sheet, 0, sheet.bytes.length);
    expect(root?.children.map(({ children, type }) => [children.length, type])).toEqual(
      Array.from({ length: 100 }, () => [0, 'OCTET STRING']),
    );
    expect(sheet.problem).toBeUndefined();
    expect(made).toBeGreaterThan(20_000);
    expect(made).toBeLessThan(22_000);
  });

  it('is bounded over all parts', () => {
    const many = Buffer.from(wrapped(Buffer.alloc(60_000, Buffer.from('0500', 'hex'))));
    const parts = chain(...Array<Buffer>(10).fill(many));
    const counts = parts.map(({ root }) => nodesOf(root).length);
    expect(counts.slice(0, 4)).toEqual([MOST_NODES, MOST_NODES, MOST_NODES, 0]);
    expect(parts.at(-1)?.problem).toMatch(/^there are too many items to show/);
    const few = chain(...Array<Buffer>(5000).fill(Buffer.from('0500', 'hex')));
    expect(few.length).toBe(41);
    expect(few.at(-1)?.problem).toBe('4960 certificates are left out');
  });

  function assertBounded(part: EvidencePart, problem: RegExp | undefined): void {
    const nodes = nodesOf(part.root);
    expect(nodes.length).toBeLessThanOrEqual(MOST_NODES);
    expect(Math.max(0, ...new Set(nodes.map(({ level }) => level)))).toBeLessThanOrEqual(90);
    for (const { node } of nodes)
      for (const text of [node.value, node.meaning, node.label])
        if ((text?.length ?? 0) > 420) throw new Error(`${text?.length} characters at ${node.offset}`);
    expect(misplaced(part)).toEqual([]);
    if (problem === undefined) expect(part.problem).toBeUndefined();
    else expect(part.problem).toMatch(problem);
  }
});

/** A SEQUENCE with four bytes of length around it. */
function wrapped(content: Buffer): Buffer {
  const head = Buffer.from('308400000000', 'hex');
  head.writeUInt32BE(content.length, 2);
  return Buffer.concat([head, content]);
}

/** Elements in elements, each with its length. */
function nested(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 6 <= size; at += 6) {
    bytes.writeUInt16BE(0x3084, at);
    bytes.writeUInt32BE(size - at - 6, at + 2);
  }
  return bytes;
}

describe('input that is not evidence', () => {
  const values = [undefined, null, 1, true, '', ' ', 'é', '-----BEGIN X-----', [], {}, [null], { a: 1n }];

  it.each<EvidenceKindName>([
    'approov-token',
    'approov-message',
    'session-token',
    'app-attest-attestation',
    'app-attest-assertion',
    'app-attest-receipt',
    'key-attestation',
    'key-attestation-signature',
    'play-integrity',
    'app-check',
  ])('never throws as %s', (kind) => {
    const members = [
      'token',
      'payload',
      'headers',
      'attestation',
      'assertion',
      'receipt',
      'certificateChain',
    ];
    for (const name of [...members, 'signature', 'publicKey', 'leafCertificate', 'tokenHeader'])
      for (const value of values) expect(Array.isArray(dissect(kind, { [name]: value }))).toBe(true);
    const cyclic: Record<string, unknown> = {};
    cyclic['headers'] = cyclic;
    cyclic['payload'] = cyclic;
    expect(Array.isArray(dissect(kind, cyclic))).toBe(true);
    const throwing = Object.defineProperty({}, 'publicKey', {
      get() {
        throw new Error('a getter');
      },
    });
    expect(dissect(kind, throwing)).toEqual([]);
    for (const file of [null, undefined, 1]) expect(dissect(kind, file as never)).toEqual([]);
  });
});
