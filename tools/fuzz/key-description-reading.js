// @ts-check
// Why this exists: what a key description says, read a second time by other code than the package's, to be compared with
// what the package made of it. Only what decides something is read.
import { readBer } from './tree-read.js';
import { encode } from './tree.js';

/** @typedef {import('./tree.js').Part} Part */
/** @typedef {Record<string, unknown>} ListFacts */
/** @typedef {{ numbers: readonly unknown[], challenge: string | undefined, uniqueId: string | undefined, software: ListFacts, hardware: ListFacts }} DescriptionFacts */

const LEVELS = ['SOFTWARE', 'TRUSTED_ENVIRONMENT', 'STRONG_BOX'];
/** purpose, the one set among those below. */
const SET = 1;
const STATES = ['VERIFIED', 'SELF_SIGNED', 'UNVERIFIED', 'FAILED'];

/** @type {Readonly<Record<number, readonly [string, (part: Part | undefined) => unknown]>>} */
const FIELDS = {
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

/** By the bytes; undefined where they are no such thing. @param {Buffer} bytes @returns {DescriptionFacts | undefined} */
export function readDescription(bytes) {
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

/** By what the package read. @param {import('attestkit/key-attestation').KeyDescription} description @returns {DescriptionFacts} */
export function factsOfDescription(description) {
  const { attestationVersion, attestationSecurityLevel, keyMintVersion, keyMintSecurityLevel } = description;
  return {
    numbers: [attestationVersion, attestationSecurityLevel, keyMintVersion, keyMintSecurityLevel],
    challenge: Buffer.from(description.attestationChallenge).toString('hex'),
    uniqueId: Buffer.from(description.uniqueId).toString('hex'),
    software: factsOfList(description.softwareEnforced),
    hardware: factsOfList(description.hardwareEnforced),
  };
}

/** @param {import('attestkit/key-attestation').AuthorizationList} list @returns {ListFacts} */
function factsOfList(list) {
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

/** Of tags that are there twice, the first; but sets in several parts are one. @param {Part | undefined} list @returns {ListFacts} */
function listOf(list) {
  /** @type {ListFacts} */
  const facts = {};
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

/** The elements of a list by the number of their tag. @param {Part | undefined} list @returns {[number, Part][]} */
function tagged(list) {
  return (list?.children ?? []).map((part) => [tagOf(part.tag), part]);
}

/** @param {Buffer} tag */
function tagOf(tag) {
  const [first = 0, ...rest] = tag;
  if ((first & 31) !== 31) return first & 31;
  return rest.reduce((number, octet) => number * 128 + (octet & 127), 0);
}

/** @param {Part | undefined} part */
function numberOf(part) {
  const hex = hexOf(part);
  return hex ? Number(BigInt(`0x${hex}`)) : undefined;
}

/** A version code may be negative. @param {Part | undefined} part */
function signedOf(part) {
  const hex = hexOf(part);
  return hex ? Number(BigInt.asIntN(4 * hex.length, BigInt(`0x${hex}`))) : undefined;
}

/** @param {Part | undefined} part */
function levelOf(part) {
  // The tag of a level decides nothing, not even whether it is constructed.
  const hex =
    part?.children === undefined ? hexOf(part) : Buffer.concat(part.children.map(encode)).toString('hex');
  const level = hex ? Number(BigInt(`0x${hex}`)) : undefined;
  return level === undefined ? undefined : (LEVELS[level] ?? level);
}

/** @param {Part | undefined} part */
function hexOf(part) {
  return part?.content?.toString('hex');
}

/** @param {Part | undefined} part */
function bootOf(part) {
  const [key, locked, state] = part?.children ?? [];
  const number = numberOf(state);
  return [hexOf(key), numberOf(locked) !== 0, number === undefined ? undefined : (STATES[number] ?? number)];
}

/** @param {Part | undefined} part */
function appOf(part) {
  const [packages, digests] = readBer(part?.content ?? Buffer.alloc(0))?.children ?? [];
  return [
    packages?.children?.map(({ children = [] }) => [
      children[0]?.content?.toString('utf8'),
      signedOf(children[1]),
    ]),
    digests?.children?.map(hexOf),
  ];
}
