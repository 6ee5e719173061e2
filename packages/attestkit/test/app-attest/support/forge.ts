import { hash, webcrypto, X509Certificate } from 'node:crypto';
import { encode } from 'cborg';
import type { AttestationExpectations } from '../../../src/app-attest/index.js';
import { makeReceipt } from '../../../../testing/src/apple/make-receipt.js';
import { createAuthorities } from '../../../../testing/src/apple/authorities.js';
import {
  authorityExtensions,
  BasicConstraintsExtension,
  extension,
  KeyUsageFlags,
  makeCertificate,
  newKeys,
  usage,
  type CertificateOptions,
} from '../../kernel/support/certificates.js';

/** A clock, an app and a challenge that the tests of attestations share. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');
export const APP_ID = 'TEAMID1234.com.example.app';
export const CHALLENGE = 'a challenge of 16 bytes or more';
export const HOUR = 3_600_000;
export const DAY: number = 24 * HOUR;

export const NONCE_OID = '1.2.840.113635.100.8.2';
export const POLICY_OID = '1.2.840.113635.100.8.6';
export const OS_OID = '1.2.840.113635.100.8.7';

const ROOT = 'CN=Test Root, O=Test';
const INTERMEDIATE = 'CN=Test CA, O=Test';

export const rootKeys: webcrypto.CryptoKeyPair = await newKeys('P-384');
export const intermediateKeys: webcrypto.CryptoKeyPair = await newKeys('P-384');
export const leafKeys: webcrypto.CryptoKeyPair = await newKeys('P-256');

export const ROOT_DER: Buffer = await makeRoot();

const RECEIPT_AUTHORITIES = createAuthorities(NOW);
export const RECEIPT_ROOT: Uint8Array = RECEIPT_AUTHORITIES.receiptRoot.certificate;

/** Apple's root and intermediate, as far as they matter, made by another encoder and another signer than ours. */
export function makeRoot(change: Partial<CertificateOptions> = {}): Promise<Buffer> {
  return makeCertificate({
    subject: ROOT,
    issuer: ROOT,
    publicKey: rootKeys.publicKey,
    signingKey: rootKeys.privateKey,
    notBefore: NOW - 365 * DAY,
    notAfter: NOW + 365 * DAY,
    extensions: authorityExtensions(),
    ...change,
  });
}

export function makeIntermediate(change: Partial<CertificateOptions> = {}): Promise<Buffer> {
  return makeCertificate({
    subject: INTERMEDIATE,
    issuer: ROOT,
    publicKey: intermediateKeys.publicKey,
    signingKey: rootKeys.privateKey,
    notBefore: NOW - 100 * DAY,
    notAfter: NOW + 100 * DAY,
    extensions: authorityExtensions(0),
    ...change,
  });
}

export const INTERMEDIATE_DER: Buffer = await makeIntermediate();

/** The parts of an attestation, each of which a test can make wrong. */
export interface Recipe {
  /** With the receipt that belongs to it, in place of a text. */
  readonly ownReceipt?: boolean;
  readonly keys?: webcrypto.CryptoKeyPair;
  readonly intermediate?: Uint8Array;
  readonly leaf?: Partial<CertificateOptions>;
  /** Extensions of the leaf by object identifier, in hexadecimal; null leaves one out. */
  readonly extensions?: Readonly<Record<string, string | null>>;
  readonly appId?: string;
  readonly flags?: number;
  readonly counter?: number;
  readonly aaguid?: string;
  readonly credentialId?: Uint8Array;
  readonly coseKey?: Uint8Array;
  /** What follows the COSE key. */
  readonly launch?: Uint8Array;
  /** Changes the authenticator data; the nonce is made after it. */
  readonly authData?: (authData: Buffer) => Uint8Array;
  readonly x5c?: (x5c: Uint8Array[]) => unknown;
  /** Changes the members of the object before it is encoded. */
  readonly members?: (members: Record<string, unknown>) => unknown;
}

const PRODUCTION = 'appattest\0\0\0\0\0\0\0';
export const DEVELOPMENT = 'appattestdevelop';

/** `iphoneos` 17.2.1 (21C66), as `[1400]`, `[1403]` and `[1026]` of the extension of the operating system. */
const IPHONE: string = osExtension('17.2.1', '21C66', 'iphoneos');

export function osExtension(version: string, build: string, platform: string | undefined): string {
  const field = (tag: string, value: string): string => {
    const octets = Buffer.from(value).toString('hex');
    const size = value.length.toString(16).padStart(2, '0');
    return `${tag}${(value.length + 2).toString(16).padStart(2, '0')}04${size}${octets}`;
  };
  const fields = [field('bf8a78', version), field('bf8a7b', build)];
  if (platform !== undefined) fields.push(field('bf8802', platform));
  const content = fields.join('');
  return `30${(content.length / 2).toString(16).padStart(2, '0')}${content}`;
}

/** An attestation, and what it is to be held to. */
export interface Forged {
  readonly attestation: Buffer;
  readonly expected: AttestationExpectations;
}

export async function forge(recipe: Recipe = {}): Promise<Forged> {
  const { keys = leafKeys, appId = APP_ID, intermediate = INTERMEDIATE_DER } = recipe;
  const point = Buffer.from(await webcrypto.subtle.exportKey('raw', keys.publicKey));
  const keyId = hash('sha256', point, 'buffer');
  const { credentialId = keyId, coseKey = coseOf(point), launch = Buffer.alloc(0) } = recipe;
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(recipe.counter ?? 0);
  const built = Buffer.concat([
    hash('sha256', appId, 'buffer'),
    Buffer.of(recipe.flags ?? 0x40),
    counter,
    Buffer.from(recipe.aaguid ?? PRODUCTION, 'latin1'),
    Buffer.of(credentialId.length >> 8, credentialId.length & 0xff),
    credentialId,
    coseKey,
    launch,
  ]);
  const authData = recipe.authData?.(built) ?? built;
  const nonce = hash('sha256', Buffer.concat([authData, hash('sha256', CHALLENGE, 'buffer')]), 'hex');
  const leaf = await makeLeaf(
    keys,
    { [NONCE_OID]: `3024a1220420${nonce}`, [OS_OID]: IPHONE, ...recipe.extensions },
    recipe.leaf,
  );
  const x5c = [leaf, intermediate];
  const members = {
    fmt: 'apple-appattest',
    attStmt: {
      x5c: recipe.x5c?.(x5c) ?? x5c,
      receipt: recipe.ownReceipt === true ? receiptFor(appId, leaf, recipe.aaguid) : Buffer.from('a receipt'),
    },
    authData,
  };
  const attestation = Buffer.from(encode(recipe.members?.(members) ?? members));
  const roots = [ROOT_DER];
  return { attestation, expected: { appIds: [APP_ID], keyId, challenge: CHALLENGE, roots, now: NOW } };
}

/** The receipt that comes with it, by authorities of its own: those of receipts are others than of attestations. */
function receiptFor(appId: string, certificate: Uint8Array, aaguid: string | undefined): Uint8Array {
  const publicKey = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  const clientDataHash = hash('sha256', CHALLENGE, 'buffer');
  const environment = aaguid === DEVELOPMENT ? 'development' : 'production';
  const what = { appId, certificate, publicKey, clientDataHash, environment } as const;
  const contents = { ...what, type: 'ATTEST', token: 'dG9rZW4=', now: NOW, riskMetric: 0 } as const;
  return makeReceipt(contents, 'ber', RECEIPT_AUTHORITIES, {});
}

function makeLeaf(
  keys: webcrypto.CryptoKeyPair,
  extensions: Readonly<Record<string, string | null>>,
  change: Partial<CertificateOptions> = {},
): Promise<Buffer> {
  const listed = Object.entries(extensions).flatMap(([oid, hex]) =>
    hex === null ? [] : [extension(oid, hex)],
  );
  const { extensions: first = leafProfile(), ...rest } = change;
  return makeCertificate({
    subject: 'CN=key, OU=AAA Certification, O=Test',
    issuer: INTERMEDIATE,
    publicKey: keys.publicKey,
    signingKey: intermediateKeys.privateKey,
    hash: 'SHA-256',
    notBefore: NOW - DAY,
    notAfter: NOW + 2 * DAY,
    extensions: [...first, ...listed],
    ...rest,
  });
}

/** The extensions that any leaf has. */
export function leafProfile(): CertificateOptions['extensions'] {
  return [new BasicConstraintsExtension(false, undefined, true), usage(KeyUsageFlags.digitalSignature)];
}

/** A COSE key (RFC 9053 §7.1.1). */
export function coseOf(point: Uint8Array): Buffer {
  const members = new Map<number, unknown>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, point.subarray(1, 33)],
    [-3, point.subarray(33)],
  ]);
  return Buffer.from(encode(members));
}

/** The map of extensions as iOS 27 writes it. */
export function launchMap(category: number, bundleVersion: string): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32LE(category);
  return Buffer.from(
    encode({ apple_bundle_version_01: bundleVersion, apple_validation_category_01: octets }),
  );
}

/** The extensions of an app that asks for the hash of its code: 32 times one octet, in hexadecimal. */
export function codeMap(octet: string): Buffer {
  return Buffer.from(
    encode({
      apple_cd_hash_hash_01: Buffer.from(octet.repeat(32), 'hex'),
      apple_cd_hash_type_01: Buffer.of(2),
      apple_validation_category_01: Buffer.of(4, 0, 0, 0),
    }),
  );
}

/** The policy of a key on a Mac with System Integrity Protection and full security, `SEQUENCE { [3] { OCTET STRING } }`. */
export const MAC_POLICY =
  '3046a3440442' +
  Buffer.from(
    'MEAMAjExMDowCQwCb2uhAwEB/zAJDAJvYaEDAQH/MAsMBG9kZWyhAwEB/zAVDARvc2duoAYMBHJzZWMwBaYDAgEB',
    'base64',
  ).toString('hex');
export const MAC = osExtension('27.0', '26A1', 'macosx');
