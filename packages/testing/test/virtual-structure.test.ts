import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { APPLE_APP_ATTESTATION_ROOT } from '../../attestkit/src/app-attest/attestation/roots.js';
import { readCertificate, type Certificate } from '../../attestkit/src/kernel/asn1/x509.js';
import { createVirtualApple, type AttestOptions, type IPhoneOptions } from '../src/apple/index.js';
import {
  cborShape,
  derShape,
  partsOf,
  VECTORS_THERE,
  vectorsOf,
  type Masks,
  type Vector,
} from './support/virtual-shapes.js';
import { readCbor, type CborMap } from '../../attestkit/src/kernel/bytes/cbor.js';

const DAY = 86_400_000;

/** Two real ones are valid for other times than all others of their years: Apple's beta of 2020 and an internal build. */
const ODD_LIFETIMES = ['14.0', '18.0'];

/** Tags that an internal build of 18.0 has, and no other certificate before iOS 26. */
const INTERNAL = /\.8\.7\/\[(1404|1407|1408|1409|1410|1411|1412|1413|1419)\]/;

/** A tag that one of two real certificates of 17.2.1 has. */
const OPTIONAL = /\.8\.7\/\[1104\]/;

/** Of every certificate: names, serial number, times, keys and signature. */
const CERTIFICATE: Masks = [
  [/^\/0\/1$/, 'nothing'],
  [/^\/0\/[35]\/\d\/\d\/1$/, 'nothing'],
  [/^\/0\/4\/\d$/, 'nothing'],
  [/^\/2$/, 'nothing'],
  [/\/2\.5\.29\.(14|35)(\/|$)/, 'length'],
];

/** Of the leaf: the nonce, and what differs between devices of one version, by rules that nobody knows. */
const LEAF: Masks = [
  ...CERTIFICATE,
  [/\.8\.2\/\[1\]\/0$/, 'length'],
  [/\.8\.5\/\[(5|1202)\]\/0$/, 'length'],
  [/\.8\.7\/\[(1104|1401|1418|1419|1420|1029)\]\/0$/, 'nothing'],
];

/** The phone that would have made a real attestation, and when Apple answered it. */
function twinOf(
  vector: Vector,
  certificate: Certificate,
  os: { version: string; build: string | undefined },
) {
  const issued = Number(BigInt(`0x${Buffer.from(certificate.serial).toString('hex')}`));
  const apple = createVirtualApple({ now: () => issued });
  const options: IPhoneOptions = {
    appId: vector.appId,
    environment: vector.environment === 'production' ? 'production' : 'development',
    osVersion: os.version,
    ...(os.build !== undefined && { osBuild: os.build }),
    // Apple's sample of 2026 is of an app that came with the system.
    ...(os.version === '27.0' && { extensions: 'flag-0x40', category: 1 }),
  };
  return { apple, key: apple.createIPhone(options).generateKey(), issued };
}

function bindingOf({ challenge, clientDataHash }: Vector): AttestOptions {
  if (clientDataHash !== undefined) return { clientDataHash: Buffer.from(clientDataHash, 'base64') };
  return { challenge: Buffer.from(challenge ?? '', 'base64') };
}

function osOf(leaf: Uint8Array): { version: string; build: string | undefined } {
  const lines = derShape(leaf, []);
  const text = (tag: number): string | undefined =>
    lines
      .find((line) => line.includes(`.8.7/[${tag}]/0 `))
      ?.split(' ')
      .at(-1);
  const [version = '', build] = [1400, 1403]
    .map(text)
    .map((found) => found && Buffer.from(found, 'hex').toString());
  return { version, build };
}

function read(der: Uint8Array): Certificate {
  const certificate = readCertificate(der);
  if (certificate === undefined) throw new Error('cannot be read');
  return certificate;
}

/** In days. */
function lifetime({ notBefore, notAfter }: Certificate): number {
  return (notAfter - notBefore) / DAY;
}

const ATTESTATIONS = vectorsOf('attestation').map(([file, vector]) => {
  const real = partsOf(Buffer.from(vector.attestation, 'base64'));
  const os = osOf(real.leaf);
  return { file, vector, real, os };
});

describe.skipIf(!VECTORS_THERE)('a virtual attestation (skipped where ../shared/vectors is absent)', () => {
  it('is compared with real ones of every generation', () => {
    const versions = new Set(ATTESTATIONS.map(({ os }) => os.version.split('.')[0]));
    expect([...versions].toSorted()).toEqual(['14', '15', '16', '17', '18', '26', '27']);
  });

  it.each(ATTESTATIONS)('has the structure of $file', ({ vector, real, os }) => {
    const realLeaf = read(real.leaf);
    const { key, issued, apple } = twinOf(vector, realLeaf, os);
    const made = partsOf(key.attest(bindingOf(vector)));
    const leaf = read(made.leaf);

    // The object, and the authenticator data: all but the key itself.
    expect(made.object).toEqual(real.object);
    expect(Buffer.from(made.head.subarray(0, 55))).toEqual(Buffer.from(real.head.subarray(0, 55)));
    expect(made.head.length).toBe(real.head.length);
    expect(made.coseKey).toEqual(real.coseKey);
    expect(made.extensions).toEqual(real.extensions);
    expect(made.authData.length).toBe(real.authData.length);

    // Both certificates, and the root.
    expect(derShape(made.intermediate, CERTIFICATE)).toEqual(derShape(real.intermediate, CERTIFICATE));
    const root = Buffer.from(APPLE_APP_ATTESTATION_ROOT.replace(/-----.*?-----/g, ''), 'base64');
    expect(derShape(apple.attestationRoot, CERTIFICATE)).toEqual(derShape(root, CERTIFICATE));
    const [years, realYears] = [made.intermediate, real.intermediate].map((der) =>
      Math.round(lifetime(read(der)) / 365),
    );
    expect(years).toBe(realYears);
    expect(Math.floor(issued / 1000) * 1000 - leaf.notBefore).toBe(DAY);
    const realShape = derShape(real.leaf, LEAF);
    const shared = realShape.some((line) => OPTIONAL.test(line)) ? /^$/ : OPTIONAL;
    const released = os.version === '18.0' ? INTERNAL : /^$/;
    expect(derShape(made.leaf, LEAF).filter((line) => !shared.test(line))).toEqual(
      realShape.filter((line) => !released.test(line)),
    );

    // When it is valid: from 24 hours before the second in which it was issued, which the serial number says.
    if (!ODD_LIFETIMES.includes(os.version)) {
      expect(Math.floor(issued / 1000) * 1000 - realLeaf.notBefore).toBe(DAY);
      expect([3, 320]).toContain(lifetime(leaf));
      expect(lifetime(leaf) === 3).toBe(lifetime(realLeaf) === 3);
      expect(lifetime(realLeaf)).toBeLessThan(366);
    }
    expect(subjectOf(made.leaf)).toBe(Buffer.from(key.keyId, 'base64').toString('hex'));
    expect(subjectOf(real.leaf)).toBe(createHash('sha256').update(pointIn(realLeaf)).digest('hex'));
  });
});

/** The common name of a leaf. */
function subjectOf(leaf: Uint8Array): string | undefined {
  return derShape(leaf, [])
    .find((line) => line.startsWith('/0/5/0/0/1 '))
    ?.split(' ')
    .at(-1);
}

function pointIn({ spki }: Certificate): Uint8Array {
  return spki.subarray(26);
}

describe.skipIf(!VECTORS_THERE)('a virtual assertion (skipped where ../shared/vectors is absent)', () => {
  it.each(vectorsOf('assertion'))('has the structure of %s', (_, { appId, assertion, clientData }) => {
    const real = readCbor(Buffer.from(assertion, 'base64')) as CborMap;
    const phone = createVirtualApple().createIPhone({ appId, osVersion: '18.1' });
    const made = readCbor(
      phone.generateKey().assert({ clientData: Buffer.from(clientData, 'base64') }),
    ) as CborMap;
    expect([...made.keys()]).toEqual([...real.keys()]);
    expect(cborShape(made.get('authenticatorData') ?? null, true)).toEqual(
      cborShape(real.get('authenticatorData') ?? null, true),
    );
    const [signature, realSignature] = [made, real].map((each) =>
      derShape(each.get('signature') as Uint8Array, [[/^\/\d$/, 'nothing']]),
    );
    expect(signature).toEqual(realSignature);
  });
});
