import type { AuthorizationList } from '../../key-attestation/index.js';
import type { Draft } from './sheet.js';

type TagName = keyof AuthorizationList;

/** The tag of each member (Android, "Key and ID attestation", schemas). The type sees to it that none is left out. */
const TAGS = {
  purpose: 1,
  algorithm: 2,
  keySize: 3,
  blockMode: 4,
  digest: 5,
  padding: 6,
  callerNonce: 7,
  minMacLength: 8,
  ecCurve: 10,
  mlDsaVariant: 11,
  rsaPublicExponent: 200,
  rsaOaepMgfDigest: 203,
  rollbackResistance: 303,
  earlyBootOnly: 305,
  activeDateTime: 400,
  originationExpireDateTime: 401,
  usageExpireDateTime: 402,
  usageCountLimit: 405,
  userSecureId: 502,
  noAuthRequired: 503,
  userAuthType: 504,
  authTimeout: 505,
  allowWhileOnBody: 506,
  trustedUserPresenceRequired: 507,
  trustedConfirmationRequired: 508,
  unlockedDeviceRequired: 509,
  allApplications: 600,
  applicationId: 601,
  creationDateTime: 701,
  origin: 702,
  rollbackResistant: 703,
  rootOfTrust: 704,
  osVersion: 705,
  osPatchLevel: 706,
  attestationApplicationId: 709,
  attestationIdBrand: 710,
  attestationIdDevice: 711,
  attestationIdProduct: 712,
  attestationIdSerial: 713,
  attestationIdImei: 714,
  attestationIdMeid: 715,
  attestationIdManufacturer: 716,
  attestationIdModel: 717,
  vendorPatchLevel: 718,
  bootPatchLevel: 719,
  deviceUniqueAttestation: 720,
  attestationIdSecondImei: 723,
  moduleHash: 724,
} as const satisfies Record<TagName, number>;

const NAMES: ReadonlyMap<string, TagName> = new Map(
  Object.entries(TAGS).map(([name, tag]) => [`[${tag}]`, name as TagName]),
);

type Words = Readonly<Record<string, string>>;

const DIGESTS: Words = {
  0: 'none',
  1: 'MD5',
  2: 'SHA-1',
  3: 'SHA-224',
  4: 'SHA-256',
  5: 'SHA-384',
  6: 'SHA-512',
};

/** KeyMint's numbers, in the words of the command line. */
const WORDS: Readonly<Partial<Record<TagName, Words>>> = {
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

const LEVELS: Words = { 0: 'SOFTWARE', 1: 'TRUSTED_ENVIRONMENT', 2: 'STRONG_BOX' };
const STATES: Words = { 0: 'VERIFIED', 1: 'SELF_SIGNED', 2: 'UNVERIFIED', 3: 'FAILED' };

/** Milliseconds since the epoch. */
const TIMES: readonly TagName[] = [
  'activeDateTime',
  'originationExpireDateTime',
  'usageExpireDateTime',
  'creationDateTime',
];

const FIELDS = [
  'attestationVersion',
  'attestationSecurityLevel',
  'keyMintVersion',
  'keyMintSecurityLevel',
  'attestationChallenge',
  'uniqueId',
  'softwareEnforced',
  'hardwareEnforced',
] as const;

/** Names the fields of a key description, and the tags in its authorization lists. */
export function nameKeyDescription(description: Draft): void {
  label(description.children, FIELDS);
  for (const field of description.children) {
    if (field.label.endsWith('SecurityLevel')) field.meaning = own(LEVELS, field.value);
    if (field.label.endsWith('Enforced')) field.children.forEach(nameTag);
  }
}

function nameTag(element: Draft): void {
  const name = NAMES.get(element.type);
  if (name === undefined) return;
  element.label = name;
  const words = WORDS[name];
  for (const value of element.children.flatMap((each) => [each, ...each.children])) {
    if (value.value === undefined) continue;
    if (words !== undefined) value.meaning = own(words, value.value) ?? 'unknown';
    if (TIMES.includes(name)) value.meaning = timeOf(value.value);
    if (/^os|PatchLevel$/.test(name)) value.meaning = versionOf(name, value.value);
  }
  const [inner] = element.children;
  if (inner === undefined) return;
  if (name === 'rootOfTrust') nameRootOfTrust(inner);
  if (name === 'attestationApplicationId' && inner.children[0] !== undefined)
    nameApplicationId(inner.children[0]);
}

function nameRootOfTrust(root: Draft): void {
  label(root.children, ['verifiedBootKey', 'deviceLocked', 'verifiedBootState', 'verifiedBootHash']);
  const state = root.children.find((each) => each.label === 'verifiedBootState');
  if (state !== undefined) state.meaning = own(STATES, state.value);
}

function nameApplicationId(id: Draft): void {
  label(id.children, ['packages', 'signatureDigests']);
  id.children[0]?.children.forEach((each, at) => {
    each.label = String(at);
    label(each.children, ['name', 'version']);
  });
  id.children[1]?.children.forEach((each, at) => {
    each.label = String(at);
  });
}

/** Labels children in their order; further ones keep theirs. */
export function label(children: readonly Draft[], names: readonly string[]): void {
  for (const [at, child] of children.entries()) {
    const name = names[at];
    if (name !== undefined) child.label = name;
  }
}

function timeOf(milliseconds: string): string | undefined {
  const date = new Date(Number(milliseconds));
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** `14.0.0` of 140000, `2026-05` of 202605, `2026-05-01` of 20260501. */
function versionOf(name: TagName, value: string): string | undefined {
  if (name === 'osVersion') {
    const number = Number(value);
    return [Math.floor(number / 10_000), Math.floor(number / 100) % 100, number % 100].join('.');
  }
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)?$/.exec(value) ?? [];
  return year === undefined ? undefined : [year, month, day].filter((each) => each !== undefined).join('-');
}

function own(words: Words, value: string | undefined): string | undefined {
  return value !== undefined && Object.hasOwn(words, value) ? words[value] : undefined;
}
