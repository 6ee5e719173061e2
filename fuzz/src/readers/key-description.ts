// Why this exists: a key description, read a second time by other code than the library's, to be compared with what the
// library makes of it. Fields that decide nothing are left out.
import { readBer } from './ber.js';
import { encode, type Part } from './tree.js';
import type { AuthorizationList, KeyDescription } from 'attestkit/key-attestation';

/** The fields of an authorization list by their names. */
export type ListFacts = Record<string, unknown>;

/** What decides something in a key description. */
export interface DescriptionFacts {
  /** Version and security level of the attestation, and those of KeyMint. */
  readonly numbers: readonly unknown[];
  readonly challenge: string | undefined;
  readonly uniqueId: string | undefined;
  readonly software: ListFacts;
  readonly hardware: ListFacts;
}

const LEVELS = ['SOFTWARE', 'TRUSTED_ENVIRONMENT', 'STRONG_BOX'];
/** The tag of `purpose`, the one set among the fields below. */
const SET = 1;
const STATES = ['VERIFIED', 'SELF_SIGNED', 'UNVERIFIED', 'FAILED'];

const FIELDS: Readonly<Record<number, readonly [string, (part: Part | undefined) => unknown]>> = {
  1: ['purpose', (set) => (set?.children ?? []).map(numberOf)],
  2: ['algorithm', numberOf],
  3: ['keySize', numberOf],
  503: ['noAuthRequired', () => true],
  504: ['userAuthType', numberOf],
  600: ['allApplications', () => true],
  701: ['creationDateTime', numberOf],
  702: ['origin', numberOf],
  704: ['rootOfTrust', bootOf],
  705: ['osVersion', numberOf],
  706: ['osPatchLevel', numberOf],
  709: ['attestationApplicationId', appOf],
  718: ['vendorPatchLevel', numberOf],
  719: ['bootPatchLevel', numberOf],
};

/** What the bytes say; undefined if they are not a key description. */
export function readDescription(bytes: Buffer): DescriptionFacts | undefined {
  const parts = readBer(bytes)?.children ?? [];
  if (parts.length < 8) return undefined;
  return {
    numbers: [numberOf(parts[0]), levelOf(parts[1]), numberOf(parts[2]), levelOf(parts[3])],
    challenge: hexOf(parts[4]),
    uniqueId: hexOf(parts[5]),
    software: listOf(parts[6]),
    hardware: listOf(parts[7]),
  };
}

/** What the library read. */
export function factsOfDescription(description: KeyDescription): DescriptionFacts {
  const { attestationVersion, attestationSecurityLevel, keyMintVersion, keyMintSecurityLevel } = description;
  return {
    numbers: [attestationVersion, attestationSecurityLevel, keyMintVersion, keyMintSecurityLevel],
    challenge: Buffer.from(description.attestationChallenge).toString('hex'),
    uniqueId: Buffer.from(description.uniqueId).toString('hex'),
    software: factsOfList(description.softwareEnforced),
    hardware: factsOfList(description.hardwareEnforced),
  };
}

function factsOfList(list: AuthorizationList): ListFacts {
  const { rootOfTrust: boot, attestationApplicationId: app } = list;
  const made = {
    ...list,
    rootOfTrust: boot && [
      Buffer.from(boot.verifiedBootKey).toString('hex'),
      boot.deviceLocked,
      boot.verifiedBootState,
    ],
    attestationApplicationId: app && [
      app.packages.map(({ name, version }) => [name, version]),
      app.signatureDigests.map((digest) => Buffer.from(digest).toString('hex')),
    ],
  };
  const entries = Object.values(FIELDS).map(([name]) => [name, Reflect.get(made, name)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Of a repeated tag the first, except that the parts of a set are one set. */
function listOf(list: Part | undefined): ListFacts {
  const facts: ListFacts = {};
  for (const [tag, { children }] of tagged(list)) {
    const [name, read] = FIELDS[tag] ?? [];
    if (name === undefined || read === undefined) continue;
    const value = read(children?.[0]);
    const known = facts[name];
    if (!(name in facts)) facts[name] = value;
    else if (tag === SET && Array.isArray(known) && Array.isArray(value))
      facts[name] = [...new Set([...known, ...value])];
  }
  return Object.fromEntries(
    Object.values(FIELDS).flatMap(([name]) => (name in facts ? [[name, facts[name]]] : [])),
  );
}

/** The elements of a list by the number of their tag. */
function tagged(list: Part | undefined): [number, Part][] {
  return (list?.children ?? []).map((part) => [tagOf(part.tag), part]);
}

function tagOf(tag: Buffer): number {
  const [first = 0, ...rest] = tag;
  if ((first & 31) !== 31) return first & 31;
  return rest.reduce((number, octet) => number * 128 + (octet & 127), 0);
}

function numberOf(part: Part | undefined): number | undefined {
  const hex = hexOf(part);
  return hex ? Number(BigInt(`0x${hex}`)) : undefined;
}

/** A version code may be negative. */
function signedOf(part: Part | undefined): number | undefined {
  const hex = hexOf(part);
  return hex ? Number(BigInt.asIntN(4 * hex.length, BigInt(`0x${hex}`))) : undefined;
}

function levelOf(part: Part | undefined): string | number | undefined {
  // The tag of a level decides nothing, not even whether it is constructed.
  const hex =
    part?.children === undefined ? hexOf(part) : Buffer.concat(part.children.map(encode)).toString('hex');
  const level = hex ? Number(BigInt(`0x${hex}`)) : undefined;
  return level === undefined ? undefined : (LEVELS[level] ?? level);
}

function hexOf(part: Part | undefined): string | undefined {
  return part?.content?.toString('hex');
}

function bootOf(part: Part | undefined): unknown[] {
  const [key, locked, state] = part?.children ?? [];
  const number = numberOf(state);
  return [hexOf(key), numberOf(locked) !== 0, number === undefined ? undefined : (STATES[number] ?? number)];
}

function appOf(part: Part | undefined): unknown[] {
  const [packages, digests] = readBer(part?.content ?? Buffer.alloc(0))?.children ?? [];
  return [
    packages?.children?.map(({ children = [] }) => [
      children[0]?.content?.toString('utf8'),
      signedOf(children[1]),
    ]),
    digests?.children?.map(hexOf),
  ];
}
