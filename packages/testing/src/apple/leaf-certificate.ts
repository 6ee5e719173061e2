import { createHash } from 'node:crypto';
import {
  basicConstraints,
  keyUsage,
  name,
  pointOf,
  type CertificateFields,
  type Extension,
} from '../encode/certificate.js';
import { integer, octets, oid, sequence, tagged } from '../encode/der.js';

/** What Apple's certificate says of a device and its system. */
export interface Device {
  readonly platform: 'ios' | 'macos';
  /** `26.2` */
  readonly osVersion: string;
  /** `23C55`; one that ends in a small letter is a beta. */
  readonly osBuild: string;
}

/** The certificate that App Attest issues to a key. */
export interface LeafOptions {
  readonly device: Device;
  readonly appId: string;
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  readonly nonce: Uint8Array;
  /** DER of the issuer's name. */
  readonly issuer: Uint8Array;
  /** When it is issued, milliseconds since the epoch. */
  readonly now: number;
}

export const NONCE_OID = '1.2.840.113635.100.8.2';
const KEY_OID = '1.2.840.113635.100.8.5';
export const ACL_OID = '1.2.840.113635.100.8.6';
export const OS_OID = '1.2.840.113635.100.8.7';
const USAGE_OID = '1.2.840.113635.100.4.24';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Access control of a key on iOS from 26.2 on. */
const IOS_ACL =
  'MEMMAjExMD0wCgwDb2tkoQMBAf8wCQwCb2GhAwEB/zALDARvc2duoQMBAf8wCwwEb2RlbKEDAQH/MAoMA29ja6EDAQH/';
/** Access control of a key on macOS with System Integrity Protection and Full Security, as Apple documents it. */
const MACOS_ACL = 'MEAMAjExMDowCQwCb2uhAwEB/zAJDAJvYaEDAQH/MAsMBG9kZWyhAwEB/zAVDARvc2duoAYMBHJzZWMwBaYDAgEB';

/** What the leaf says, laid out as the OS version's real ones are. */
export function leafFields(options: LeafOptions): CertificateFields {
  const { device, issuer, publicKey, nonce, appId, now } = options;
  const keyId = createHash('sha256').update(pointOf(publicKey)).digest('hex');
  const since = (version: number): boolean => isSince(device.osVersion, version);
  const notBefore = now - DAY;
  const acl = { oid: ACL_OID, value: aclExtension(device.platform) };
  return {
    serial: BigInt(Math.floor(now)),
    issuer,
    subject: name(['CN', keyId], ['OU', 'AAA Certification'], ['O', 'Virtual Inc.'], ['ST', 'California']),
    notBefore,
    // Three days; around iOS 16 to 18 (2023 to 2025) most of a year.
    notAfter: notBefore + (since(16) && !since(26) ? 320 * DAY : 3 * DAY),
    publicKey,
    extensions: [
      basicConstraints(false),
      keyUsage(0xf0, 4),
      ...(since(26.3) ? [{ oid: '2.5.29.37', value: sequence(oid(USAGE_OID)) }] : []),
      { oid: KEY_OID, value: keyExtension(appId, since) },
      { oid: OS_OID, value: osExtension(device, since) },
      nonceExtension(octets(nonce)),
      ...(since(26.2) || device.platform === 'macos' ? [acl] : []),
    ],
  };
}

/** SEQUENCE { [1] { OCTET STRING } }, with anything instead of the OCTET STRING. */
export function nonceExtension(...contents: readonly Uint8Array[]): Extension {
  return { oid: NONCE_OID, value: sequence(tagged(1, ...contents)) };
}

export function aclExtension(platform: 'ios' | 'macos'): Uint8Array {
  const acl = Buffer.from(platform === 'macos' ? MACOS_ACL : IOS_ACL, 'base64');
  return sequence(tagged(3, octets(acl)));
}

/** Whether an OS version is at least `26.2`, given as a number. */
export function isSince(osVersion: string, version: number): boolean {
  const [major = 0, minor = 0] = osVersion.split('.').map(Number);
  const wanted = String(version).split('.').map(Number);
  return major > (wanted[0] ?? 0) || (major === wanted[0] && minor >= (wanted[1] ?? 0));
}

type Since = (version: number) => boolean;

function keyExtension(appId: string, since: Since): Uint8Array {
  const yes = since(26) ? 0 : 1;
  return sequence(
    number(4, 10),
    number(1200, yes),
    number(1201, 0),
    number(1202, yes),
    number(1203, yes),
    text(1204, appId),
    ...(since(26) ? [] : [text(5, 'sks ')]),
    number(1206, since(26) ? 4 : 5),
    ...[1207, 1209, 1210].map((tag) => number(tag, 0)),
    ...(since(17) ? [number(1211, 0)] : []),
    ...(since(26) ? [number(10, 0)] : []),
  );
}

function osExtension({ osVersion, osBuild, platform }: Device, since: Since): Uint8Array {
  if (!since(17)) return sequence(text(1400, osVersion));
  const build = buildNumbers(osBuild);
  const from26 = since(26);
  return sequence(
    text(1400, osVersion),
    number(1104, from26 ? 2 : 0xffff_ffff),
    ...(from26 ? [text(1401, '1.0.198')] : []),
    text(1403, osBuild),
    ...(from26 ? [text(1404, osVersion)] : []),
    text(1405, osVersion),
    number(1406, 0),
    ...(from26
      ? [1407, 1408, 1409, 1410, 1411, 1412, 1413].map((tag) => number(tag, tag === 1412 ? 1 : 0))
      : []),
    ...(since(18) ? [text(1418, build)] : []),
    ...(from26 ? [text(1419, build)] : []),
    text(1420, build),
    ...(since(18) ? [text(1026, platform === 'macos' ? 'macosx' : 'iphoneos')] : []),
    ...(since(18) && /[a-z]$/.test(osBuild) ? [text(1029, 'Beta')] : []),
  );
}

function number(tag: number, value: number): Buffer {
  return tagged(tag, integer(value));
}

function text(tag: number, value: string): Buffer {
  return tagged(tag, octets(value));
}

/** `23C55` in numbers, as the real ones have it: `23.3.55.0.0,0`. */
function buildNumbers(osBuild: string): string {
  const [, train = '0', letter = 'A', count = '0'] = /^(\d+)([A-Z])(\d+)/.exec(osBuild) ?? [];
  return `${train}.${letter.charCodeAt(0) - 64}.${count}.0.0,0`;
}
