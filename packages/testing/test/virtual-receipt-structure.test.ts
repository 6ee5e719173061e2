import { createHash, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readSignedData } from '../../attestkit/src/app-attest/receipt/cms.js';
import { readCertificate } from '../../attestkit/src/kernel/asn1/x509.js';
import { readInteger, readOctets } from '../../attestkit/src/kernel/asn1/der-values.js';
import { readDer, readSequence, readSet } from '../../attestkit/src/kernel/asn1/der.js';
import { createVirtualApple } from '../src/apple/index.js';
import {
  derShape,
  partsOf,
  VECTORS_THERE,
  vectorsOf,
  type Masks,
  type Vector,
} from './support/virtual-shapes.js';

const DAY = 86_400_000;
/** What the published test app of most receipts of 2020 and 2021 was attested with. */
const PUBLISHED_CHALLENGE = 'wurzelpfropf';

/** Names, serial numbers, times, keys, signatures, addresses and notices; and the content, which is compared by field. */
const CMS: Masks = [
  [/^\/\[0\]\/0\/\[0\]\/\d\/0\/1$/, 'nothing'],
  [/^\/\[0\]\/0\/\[0\]\/\d\/0\/[35]\/\d\/\d\/1$/, 'nothing'],
  [/^\/\[0\]\/0\/\[0\]\/\d\/0\/4\/\d$/, 'nothing'],
  [/^\/\[0\]\/0\/\[0\]\/\d\/2$/, 'nothing'],
  [/\/2\.5\.29\.(14|35)(\/|$)/, 'length'],
  [/\/1\.3\.6\.1\.5\.5\.7\.1\.1\/0\/\[6\]$/, 'nothing'],
  [/\/2\.5\.29\.31\/.*\[6\]$/, 'nothing'],
  [/\/2\.5\.29\.32\/0\/1\/\d\/1(\/0)?$/, 'nothing'],
  [/^\/\[0\]\/0\/4\/0\/1\/0\/\d\/0\/1$/, 'nothing'],
  [/^\/\[0\]\/0\/4\/0\/1\/1$/, 'nothing'],
  [/^\/\[0\]\/0\/4\/0\/4$/, 'nothing'],
  [/^\/\[0\]\/0\/2\/\[0\]\/0(\/\d+)?$/, 'nothing'],
];

/** The public copy of one receipt has changed octets: one stands where the signer's policy is named. */
const CORRUPTED: Masks = [...CMS, [/\/2\.5\.29\.32\/0\/0$/, 'nothing']];

type Fields = readonly (readonly [type: number, version: number, value: Buffer])[];

function fieldsOf(receipt: Uint8Array): Fields {
  const payload = readSet(readDer(readSignedData(receipt)?.content ?? new Uint8Array())) ?? [];
  return payload.map((element) => {
    const [type, version, value] = readSequence(element) ?? [];
    return [Number(readInteger(type)), Number(readInteger(version)), Buffer.from(readOctets(value) ?? [])];
  });
}

function textOf(fields: Fields, type: number): string | undefined {
  return fields.find(([each]) => each === type)?.[2].toString();
}

/** Sizes of the pieces that the content is in; one where it is in one piece. */
function piecesOf(receipt: Uint8Array): number[] {
  const bytes = Buffer.from(receipt);
  const sizes: number[] = [];
  for (const line of derShape(bytes, CMS.slice(0, -1), true)) {
    const piece = /^\/\[0\]\/0\/2\/\[0\]\/0(\/\d+)? 0\.4 (\S+)$/.exec(line);
    if (piece?.[2] !== undefined) sizes.push(piece[2].length / 2);
  }
  return sizes;
}

/** The receipt that a virtual phone of the same app gets at the same time. */
function twinOf({ appId, environment, receiptType, expected }: Vector, fields: Fields, der: boolean) {
  const made = Date.parse(textOf(fields, 12) ?? '');
  const apple = createVirtualApple({ now: () => made });
  const phone = apple.createIPhone({
    appId,
    environment: environment === 'production' ? 'production' : 'development',
    osVersion: '14.4',
  });
  const key = phone.generateKey();
  const clientDataHash = receiptType === 'ATTEST' ? fields.find(([type]) => type === 4)?.[2] : undefined;
  key.attest(clientDataHash === undefined ? { challenge: PUBLISHED_CHALLENGE } : { clientDataHash });
  return key.receipt({
    type: receiptType,
    riskMetric: expected.riskMetric ?? 1,
    encoding: der ? 'der' : 'ber',
  });
}

const RECEIPTS = [
  ...vectorsOf('receipt').map(([file, vector]) => ({
    file,
    vector,
    real: Buffer.from(vector.receipt, 'base64'),
  })),
  ...vectorsOf('attestation').map(([file, vector]) => ({
    file,
    vector: { ...vector, receiptType: 'ATTEST' } as const,
    real: Buffer.from(partsOf(Buffer.from(vector.attestation, 'base64')).receipt),
  })),
  // The form of August 2020, over attributes: no verifier can do anything with it.
].filter(({ real }) => !readSignedData(real)?.signers[0]?.attributes);

describe.skipIf(!VECTORS_THERE)('a virtual receipt (skipped where ../shared/vectors is absent)', () => {
  it('is compared with real ones of both types and both encodings', () => {
    expect(RECEIPTS.length).toBeGreaterThan(40);
    expect(RECEIPTS.filter(({ vector }) => vector.receiptType === 'RECEIPT').length).toBeGreaterThan(8);
    expect(RECEIPTS.filter(({ real }) => real[1] !== 0x80)).toHaveLength(1);
  });

  it.each(RECEIPTS)('has the structure of $file', ({ file, vector, real }) => {
    const fields = fieldsOf(real);
    const made = twinOf(vector, fields, real[1] !== 0x80);

    // The CMS around it: certificates, signer, lengths that are open, pieces of 1000 octets.
    const masks = file.includes('M7PB4PDJAS') ? CORRUPTED : CMS;
    expect(derShape(made, masks, true)).toEqual(derShape(real, masks, true));
    expect(piecesOf(made).slice(0, -1)).toEqual(piecesOf(real).slice(0, -1));

    // The fields, in order; their values but for certificate and token.
    const own = fieldsOf(made);
    expect(own.map(([type, version]) => [type, version])).toEqual(
      fields.map(([type, version]) => [type, version]),
    );
    for (const type of [2, 4, 6, 7, 12, 17, 19, 21])
      expect([type, textOf(own, type)]).toEqual([type, textOf(fields, type)]);
    expect(textOf(own, 5)).toMatch(/^[A-Za-z0-9+/]{86}==$/);
    expect(textOf(fields, 5)).toMatch(/^[A-Za-z0-9+/]{86}==$/);
    const certificate = readCertificate(own.find(([type]) => type === 3)?.[2] ?? Buffer.alloc(0));
    expect(certificate?.extensions.has('1.2.840.113635.100.8.2')).toBe(true);
  });

  it.each(RECEIPTS.filter(({ vector }) => vector.receiptType === 'RECEIPT'))(
    'has in $file a client hash that went through text',
    ({ real, vector }) => {
      const hash = createHash('sha256').update(PUBLISHED_CHALLENGE).digest();
      expect(fieldsOf(real).find(([type]) => type === 4)?.[2]).toEqual(Buffer.from(hash.toString('utf8')));
      expect(createPublicKey(vector.publicKey).asymmetricKeyType).toBe('ec');
      expect(
        Date.parse(textOf(fieldsOf(real), 19) ?? '') - Date.parse(textOf(fieldsOf(real), 12) ?? ''),
      ).toBe(DAY);
    },
  );
});
