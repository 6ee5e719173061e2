type Names = Readonly<Record<number | string, string>>;

const DIGESTS: Names = {
  0: 'none',
  1: 'MD5',
  2: 'SHA-1',
  3: 'SHA-224',
  4: 'SHA-256',
  5: 'SHA-384',
  6: 'SHA-512',
};

/** KeyMint's numbers in authorization lists, by member (Android, "Key and ID attestation", schemas). */
const ENUMS: Readonly<Record<string, Names>> = {
  purpose: {
    0: 'encrypt',
    1: 'decrypt',
    2: 'sign',
    3: 'verify',
    5: 'wrap key',
    6: 'agree key',
    7: 'attest key',
  },
  algorithm: { 1: 'RSA', 3: 'EC', 4: 'ML-DSA', 32: 'AES', 33: '3DES', 128: 'HMAC' },
  digest: DIGESTS,
  rsaOaepMgfDigest: DIGESTS,
  padding: { 1: 'none', 2: 'OAEP', 3: 'PSS', 4: 'PKCS#1 encryption', 5: 'PKCS#1 signature', 64: 'PKCS#7' },
  ecCurve: { 0: 'P-224', 1: 'P-256', 2: 'P-384', 3: 'P-521', 4: 'Curve25519' },
  origin: { 0: 'generated', 1: 'derived', 2: 'imported', 3: 'reserved', 4: 'securely imported' },
};

/** Units of numbers in authorization lists, and what is written in their digits. */
const MEASURES: Readonly<Record<string, (value: number) => string | undefined>> = {
  keySize: () => 'bits',
  minMacLength: () => 'bits',
  authTimeout: () => 'seconds',
  minSecondsBetweenOps: () => 'seconds',
  osVersion: (value) => [Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100].join('.'),
  osPatchLevel: patchLevel,
  vendorPatchLevel: patchLevel,
  bootPatchLevel: patchLevel,
};

/** `2026-05` of 202605, `2026-05-01` of 20260501. */
function patchLevel(value: number): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)?$/.exec(String(value)) ?? [];
  return year === undefined ? undefined : [year, month, day].filter((each) => each !== undefined).join('-');
}

/** Signature algorithms (RFC 5758, RFC 4055, RFC 8410). */
const SIGNATURES: Names = {
  '1.2.840.10045.4.1': 'ecdsa-with-SHA1',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.2.840.10045.4.3.4': 'ecdsa-with-SHA512',
  '1.2.840.113549.1.1.5': 'sha1WithRSA',
  '1.2.840.113549.1.1.11': 'sha256WithRSA',
  '1.2.840.113549.1.1.12': 'sha384WithRSA',
  '1.2.840.113549.1.1.13': 'sha512WithRSA',
  '1.3.101.112': 'Ed25519',
};

/** Types of attributes in names (RFC 4519 §2). */
const ATTRIBUTES: Names = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'T',
};

/** Milliseconds since the epoch. */
const TIMES = [
  'activeDateTime',
  'originationExpireDateTime',
  'usageExpireDateTime',
  'creationDateTime',
  'timestampMillis',
];

/** What identifies one device: it is returned, not logged. */
export const IDENTIFIERS: readonly string[] = [
  'attestationIdSerial',
  'attestationIdImei',
  'attestationIdSecondImei',
  'attestationIdMeid',
  'uniqueId',
];

/** Leaves no more of an identifier than to tell two by. */
export function masked(identifier: string): string {
  const characters = [...identifier];
  const kept = characters.length > 2 ? 2 : 0;
  return characters.map((each, at) => (at < characters.length - kept ? '*' : each)).join('');
}

/** `CN=Droid CA2, O=Google LLC` of `2.5.4.3=Droid CA2, 2.5.4.10=Google LLC`. */
export function describeSubject(subject: string): string {
  return subject.replace(
    /(^|, )([\d.]+)=/g,
    (_, before: string, oid: string) => `${before}${ATTRIBUTES[oid] ?? oid}=`,
  );
}

/** What numbers and object identifiers of a result are called, and its times; undefined for what speaks for itself. */
export function namesOf(path: string, name: string, value: unknown): string | undefined {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (TIMES.includes(name)) return typeof value === 'number' ? isoOf(value) : undefined;
  const isOfKey = /(^|\.)(software|hardware)Enforced\.$/.test(path);
  const measured = isOfKey && typeof value === 'number' ? own(MEASURES, name)?.(value) : undefined;
  if (measured !== undefined) return measured;
  const names = isOfKey ? own(ENUMS, name) : name === 'sigAlgs' ? SIGNATURES : undefined;
  if (names === undefined || all.length === 0) return undefined;
  return all.map((each) => own(names, String(each)) ?? 'unknown').join(', ');
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function isoOf(milliseconds: number): string | undefined {
  const time = new Date(milliseconds);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
