import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { appleAnchor } from '../../../src/app-attest/attestation/roots.js';
import { receiptAnchors } from '../../../src/app-attest/receipt/roots.js';
import { namesOf } from '../../../src/cli/report/attested-names.js';
import { dissectEvidence } from '../../../src/inspect/index.js';
import { readElement } from '../../../src/inspect/structure/der.js';
import { nameKeyDescription } from '../../../src/inspect/structure/key-description.js';
import { Sheet, type Draft } from '../../../src/inspect/structure/sheet.js';
import { readSigned } from '../../../src/kernel/asn1/der.js';
import { SOFTWARE_ROOTS } from '../../../src/key-attestation/chain/google-roots.js';
import { googleAnchors } from '../../../src/key-attestation/chain/roots.js';
import { readAuthorizationList } from '../../../src/key-attestation/description/authorization-list.js';
import type { Notes } from '../../../src/key-attestation/description/lenient-der.js';
import { vectors } from '../../vectors.js';

function tlv(tag: readonly number[], ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([...tag, ...length]), body]);
}

const integer = (value: number): Buffer => {
  const hex = value.toString(16);
  const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return tlv([2], ...((octets[0] as number) >= 0x80 ? [Buffer.of(0), octets] : [octets]));
};

function tagged(tag: number, value: Uint8Array): Buffer {
  return tlv(tag < 31 ? [0xa0 | tag] : [0xbf, ...(tag < 128 ? [] : [0x80 | (tag >> 7)]), tag & 0x7f], value);
}

/** The one element of a hardware-enforced list in a key description. */
function shown(tag: number, value: Uint8Array): Draft | undefined {
  const [number, octets, list] = [integer(2), tlv([4]), tlv([0x30])];
  const hardware = tlv([0x30], tagged(tag, value));
  const description = tlv([0x30], number, number, number, number, octets, octets, list, hardware);
  const root = readElement(new Sheet(description), 0, description.length);
  if (root !== undefined) nameKeyDescription(root);
  return root?.children[7]?.children[0];
}

/** What the verifier calls a tag: it says so of a value that it cannot read. */
function nameOfTag(tag: number): string | undefined {
  const notes: Notes & { readonly unreadable: string[] } = {
    anomalies: [],
    unknownTags: [],
    repeatedTags: [],
    unreadable: [],
  };
  const unread = tlv([0x30], tagged(tag, tlv([0x17])));
  const list = readAuthorizationList(readSigned(unread), 'x', notes);
  const [said] = [...notes.unreadable, ...notes.anomalies];
  const name = said?.replace(/^x\./, '').replace(/:.*$/, '');
  return name ?? Object.keys(list ?? {})[0];
}

describe('names are those of the verifiers', () => {
  it('of tags in authorization lists', () => {
    let named = 0;
    for (let tag = 0; tag < 1000; tag += 1) {
      const name = nameOfTag(tag);
      if (name !== undefined) named += 1;
      expect([tag, shown(tag, tlv([5]))?.label]).toEqual([tag, name ?? '']);
    }
    expect(named).toBe(48);
  });

  it('of numbers, times and versions, as the command line has them', () => {
    const values = [...Array(130).keys(), 202_605, 20_260_501, 130_000];
    for (let tag = 1; tag < 720; tag += 1) {
      const name = nameOfTag(tag);
      if (name === undefined || name === 'keySize' || name === 'minMacLength' || name === 'authTimeout')
        continue;
      for (const value of values) {
        const node = shown(tag, integer(value))?.children[0];
        const said = namesOf('x.hardwareEnforced.', name, value);
        expect([name, value, node?.meaning]).toEqual([name, value, said]);
      }
    }
  });

  it('of roots', () => {
    const pin = (spki: Uint8Array): string => hash('sha256', spki, 'base64');
    const google = googleAnchors().map(({ name, der }) => [name, der] as const);
    const ders = [
      ...google,
      ['apple', appleAnchor().certificate.der] as const,
      ['receipts', (receiptAnchors(undefined)[0] as ReturnType<typeof appleAnchor>).certificate.der] as const,
    ];
    const parts = dissectEvidence({
      kind: 'key-attestation',
      file: { certificateChain: ders.map(([, der]) => Buffer.from(der).toString('base64')) },
    });
    expect(parts.map(({ certificate }) => certificate?.root)).toEqual([
      'Google hardware attestation root (RSA)',
      'Google hardware attestation root (P-384)',
      'Apple App Attestation Root CA',
      'Apple Root CA - G3',
    ]);
    expect(parts.map(({ certificate }) => certificate?.signedBy)).toEqual([0, 1, 2, 3]);
    expect(parts.map(({ certificate }) => certificate?.key)).toEqual([
      'RSA 4096',
      'EC P-384',
      'EC P-384',
      'EC P-384',
    ]);
    expect(parts[0]?.certificate?.pin).toBe(pin(googleAnchors()[0]?.spki ?? Buffer.of()));
  });

  vectors('key-attestation', 'key-attestation-2').run('of roots that vouch for nothing', (files) => {
    const found = new Map<string, string | undefined>();
    for (const { certificateChain } of files)
      for (const { certificate } of dissectEvidence({ kind: 'key-attestation', file: { certificateChain } }))
        if (certificate !== undefined) found.set(certificate.pin, certificate.root);
    for (const software of Object.keys(SOFTWARE_ROOTS))
      if (found.has(software))
        expect(found.get(software)).toMatch(/^AOSP software attestation root .*not trusted$/);
    expect([...found.values()].filter((root) => root !== undefined).length).toBeGreaterThan(2);
  });
});
