import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  basicConstraints,
  keyUsage,
  pointOf,
  signCertificate,
  spki,
  subjectKeyIdentifier,
  type CertificateFields,
  type CertificateSigner,
  type Extension,
} from '../encode/certificate.js';
import { encodeCbor, map } from '../encode/cbor.js';
import { der, oid, printable, sequence, set } from '../encode/der.js';

const DAY = 86_400_000;
const YEAR = 365 * DAY;

/** A certificate before it is signed. */
export interface Draft {
  readonly fields: CertificateFields;
  /** Of the key that the certificate is about. */
  readonly own: CertificateSigner;
  /** Who signs it. */
  readonly issuer: CertificateSigner;
  /** The certificate, if it is there already: of a root. */
  readonly certificate?: Uint8Array | undefined;
}

/** What signs, and its public half. */
export interface AndroidKeys {
  readonly signer: CertificateSigner;
  readonly publicKey: Uint8Array;
  /** What certificates call the key. */
  readonly id: Uint8Array;
}

/** Which root a chain ends at: the RSA key of 2016, or the P-384 key of 2025. */
export type RootName = 'rsa' | 'p384';

/** The roots and Google's servers; made once. */
export interface AndroidAuthorities {
  readonly roots: Readonly<Record<RootName, Draft>>;
  /** Droid CA2 and Droid CA3. */
  readonly upper: AndroidKeys;
  readonly lower: AndroidKeys;
}

/** The keys that a device got in its factory, or from Google's servers: one pair for each of its secure places. */
export interface DeviceKeys {
  readonly serials: readonly bigint[];
  /** Signs attestations. */
  readonly attester: AndroidKeys;
  /** Of the factory: above the attester. */
  readonly factory: AndroidKeys;
  /** In names: 32 digits. */
  readonly names: readonly string[];
}

const ATTRIBUTES = {
  CN: '2.5.4.3',
  SERIAL: '2.5.4.5',
  C: '2.5.4.6',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  T: '2.5.4.12',
} as const;

/** A name: one attribute to each relative name, PrintableString (RFC 5280 §4.1.2.4). */
export function named(...attributes: readonly (readonly [keyof typeof ATTRIBUTES, string])[]): Buffer {
  return sequence(...attributes.map(([type, text]) => set(sequence(oid(ATTRIBUTES[type]), printable(text)))));
}

export const PROVISIONING_INFO = '1.3.6.1.4.1.11129.2.1.30';

/** What Google's servers say of a device: how many certificates it was issued lately. */
export function provisioningInfo(certificatesIssued: number): Extension {
  const pairs = map([1, certificatesIssued], [3, 'Google']);
  return { oid: PROVISIONING_INFO, value: encodeCbor(pairs) };
}

export function newAndroidKeys(kind: 'P-256' | 'P-384' | 'rsa'): AndroidKeys {
  const { privateKey: key } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: kind });
  const publicKey = spki(key);
  const encoded = kind === 'rsa' ? publicKey : pointOf(publicKey);
  const id = createHash('sha1').update(encoded).digest();
  return { signer: { key, hash: kind === 'P-384' ? 'sha384' : 'sha256' }, publicKey, id };
}

/** @param now milliseconds since the epoch */
export function createAndroidAuthorities(now: number): AndroidAuthorities {
  const life = [now - 5 * YEAR, now + 15 * YEAR] as const;
  const rsaName = named(['SERIAL', 'f92009e853b6b045']);
  const p384Name = named(
    ['CN', 'Key Attestation CA1'],
    ['OU', 'Android'],
    ['O', 'Virtual Google'],
    ['C', 'US'],
  );
  return {
    roots: {
      rsa: root(newAndroidKeys('rsa'), rsaName, life, (id) => [
        subjectKeyIdentifier(id),
        authorityKeyIdentifier(id),
        basicConstraints(true),
        keyUsage(0x04, 2),
      ]),
      p384: root(newAndroidKeys('P-384'), p384Name, life, (id) => [
        basicConstraints(true),
        keyUsage(0x06, 1),
        subjectKeyIdentifier(id),
      ]),
    },
    upper: newAndroidKeys('P-384'),
    lower: newAndroidKeys('P-256'),
  };
}

export function createDeviceKeys(): DeviceKeys {
  // Factories have a key on P-384 sign with SHA-256.
  const factory = newAndroidKeys('P-384');
  return {
    serials: [16, 8].map(randomSerial),
    attester: newAndroidKeys('P-256'),
    factory: { ...factory, signer: { ...factory.signer, hash: 'sha256' } },
    names: [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')],
  };
}

/** Who is above the leaf on a device with a key from the factory: attester, factory, root. */
export function factoryChain(
  { roots }: AndroidAuthorities,
  { serials, attester, factory, names }: DeviceKeys,
  strong: boolean,
  now: number,
): readonly Draft[] {
  const title = strong ? 'StrongBox' : 'TEE';
  const [attesterName = '', factoryNumber = ''] = names;
  const [serial = 1n, serialAbove = 2n] = serials;
  const { fields: above, own: rootSigner } = roots.rsa;
  const factoryName = named(['T', title], ['SERIAL', factoryNumber]);
  const dates = { notBefore: now - 2 * YEAR, notAfter: now + 8 * YEAR };
  const attesterFields = {
    serial,
    issuer: factoryName,
    subject: named(['T', title], ['SERIAL', attesterName]),
    ...dates,
    publicKey: attester.publicKey,
    extensions: authorityExtensions(attester.id, factory.id),
  };
  const factoryFields = {
    serial: serialAbove,
    issuer: above.subject,
    subject: factoryName,
    ...dates,
    publicKey: factory.publicKey,
    extensions: authorityExtensions(factory.id, identifierOf(above.publicKey)),
  };
  return [
    { fields: attesterFields, own: attester.signer, issuer: factory.signer },
    { fields: factoryFields, own: factory.signer, issuer: rootSigner },
    roots.rsa,
  ];
}

/** Who is above the leaf on a device that Google's servers provision: attester, Droid CA3, Droid CA2, root. */
export function remoteChain(
  { roots, upper, lower }: AndroidAuthorities,
  { serials, attester, names }: DeviceKeys,
  about: {
    readonly root: RootName;
    readonly strong: boolean;
    readonly certificatesIssued: number;
    readonly now: number;
  },
): readonly Draft[] {
  const { root: rootName, strong, certificatesIssued, now } = about;
  const above = roots[rootName];
  const number = ['CN', names[0] ?? ''] as const;
  const place = ['O', strong ? 'StrongBox' : 'TEE'] as const;
  const upperName = named(['O', 'Google LLC'], ['CN', 'Droid CA2']);
  const lowerName = named(['O', 'Google LLC'], ['CN', 'Droid CA3']);
  const attesterFields = {
    serial: serials[0] ?? 1n,
    issuer: lowerName,
    subject: rootName === 'rsa' ? named(number, place) : named(place, number),
    notBefore: now - DAY,
    notAfter: now + 13 * DAY,
    publicKey: attester.publicKey,
    extensions: [
      subjectKeyIdentifier(attester.id),
      authorityKeyIdentifier(lower.id),
      basicConstraints(true),
      keyUsage(0x04, 2),
      provisioningInfo(certificatesIssued),
    ],
  };
  const lowerFields = {
    serial: 0xf59c_0ae2_9d04_2966n,
    issuer: upperName,
    subject: lowerName,
    notBefore: now - 20 * DAY,
    notAfter: now + 50 * DAY,
    publicKey: lower.publicKey,
    extensions: [
      keyUsage(0x04, 2),
      basicConstraints(true),
      subjectKeyIdentifier(lower.id),
      authorityKeyIdentifier(upper.id),
      ...(rootName === 'rsa' ? [] : [issuerAt('http://ca.example/virtual-droid-ca2.crt')]),
    ],
  };
  const upperFields = {
    serial: 0x0388_2667_6065_8996_860dn,
    issuer: above.fields.subject,
    subject: upperName,
    notBefore: now - 2 * YEAR,
    notAfter: now + 2 * YEAR,
    publicKey: upper.publicKey,
    extensions: [
      subjectKeyIdentifier(upper.id),
      authorityKeyIdentifier(identifierOf(above.fields.publicKey)),
      basicConstraints(true, rootName === 'rsa' ? 2 : undefined),
      keyUsage(0x06, 1),
    ],
  };
  return [
    { fields: attesterFields, own: attester.signer, issuer: lower.signer },
    { fields: lowerFields, own: lower.signer, issuer: upper.signer },
    { fields: upperFields, own: upper.signer, issuer: above.own },
    above,
  ];
}

export function signDraft({ fields, issuer, certificate }: Draft): Uint8Array {
  return certificate ?? signCertificate(fields, issuer);
}

function root(
  { signer, publicKey, id }: AndroidKeys,
  subject: Buffer,
  [notBefore, notAfter]: readonly [number, number],
  extensions: (id: Uint8Array) => Extension[],
): Draft {
  const fields = {
    serial: randomSerial(16),
    issuer: subject,
    subject,
    notBefore,
    notAfter,
    publicKey,
    extensions: extensions(id),
  };
  return { fields, own: signer, issuer: signer, certificate: signCertificate(fields, signer) };
}

function identifierOf(publicKey: Uint8Array): Uint8Array {
  const isPoint = publicKey.length < 200;
  return createHash('sha1')
    .update(isPoint ? pointOf(publicKey) : publicKey)
    .digest();
}

/** Where the issuer's certificate can be fetched (RFC 5280 §4.2.2.1). */
function issuerAt(url: string): Extension {
  const place = der(0x86, Buffer.from(url));
  return { oid: '1.3.6.1.5.5.7.1.1', value: sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), place)) };
}

function authorityKeyIdentifier(id: Uint8Array): Extension {
  return { oid: '2.5.29.35', value: sequence(der(0x80, id)) };
}

function randomSerial(length: number): bigint {
  const bytes = randomBytes(length);
  bytes.writeUInt8((bytes.readUInt8() & 0x7f) | 0x40);
  return BigInt(`0x${bytes.toString('hex')}`);
}

/** Of every authority of a factory. */
function authorityExtensions(id: Uint8Array, issuerId: Uint8Array): Extension[] {
  return [
    subjectKeyIdentifier(id),
    authorityKeyIdentifier(issuerId),
    basicConstraints(true),
    keyUsage(0x04, 2),
  ];
}
