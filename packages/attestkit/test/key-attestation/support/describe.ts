import { createHash } from 'node:crypto';
import { der, integer, NULL, octets, sequence, set, tagged } from '../../../../testing/src/encode/der.js';

/** Elements of an authorization list, by tag. */
export type Tags = Readonly<Record<number, Uint8Array | undefined>>;

/** What a key description is made of; what is left out is as an honest device has it. */
export interface Description {
  readonly version?: number;
  readonly level?: number;
  readonly keyMintLevel?: number;
  readonly challenge?: string | Uint8Array;
  /** The whole element of the challenge. */
  readonly challengeElement?: Uint8Array;
  /** Changes to the honest lists; undefined takes a tag away. */
  readonly software?: Tags;
  readonly hardware?: Tags;
  /** Elements in place of the whole list. */
  readonly hardwareList?: readonly Uint8Array[];
  /** Elements behind the eight. */
  readonly more?: readonly Uint8Array[];
}

export const CHALLENGE = 'the-challenge-of-this-test';
export const PACKAGE = 'com.example.app';
export const DIGEST = createHash('sha256').update('signing certificate').digest();
export const BOOT_KEY = createHash('sha256').update('boot key').digest();
export const NOW = Date.parse('2026-06-15T12:00:00Z');

export const enumerated = (value: number): Buffer => der(0x0a, Buffer.of(value));
export const boolean = (octet: number): Buffer => der(0x01, Buffer.of(octet));
export const integers = (...values: readonly number[]): Buffer => set(...values.map(integer));

export interface Boot {
  readonly locked?: Buffer;
  readonly state?: number;
  readonly key?: Uint8Array;
}

/** RootOfTrust of a locked device with the maker's system. */
export function rootOfTrust({ locked = boolean(0xff), state = 0, key = BOOT_KEY }: Boot = {}): Buffer {
  return sequence(octets(key), locked, enumerated(state), octets(BOOT_KEY));
}

/** AttestationApplicationId in its OCTET STRING. */
export function applicationId(
  packages: readonly (readonly [name: string, version: number])[] = [[PACKAGE, 7]],
  digests: readonly Uint8Array[] = [DIGEST],
): Buffer {
  const infos = packages.map(([name, version]) => sequence(octets(name), integer(version)));
  return octets(sequence(set(...infos), set(...digests.map(octets))));
}

const SOFTWARE: Tags = { 701: integer(NOW - 5000), 709: applicationId() };

const HARDWARE: Tags = {
  1: integers(2, 3),
  2: integer(3),
  3: integer(256),
  5: integers(4),
  10: integer(1),
  503: NULL,
  702: integer(0),
  704: rootOfTrust(),
  705: integer(160_000),
  706: integer(202_606),
  718: integer(20_260_605),
  719: integer(20_260_605),
};

/** Tagged elements, in ascending order. */
export function elements(tags: Tags): readonly Buffer[] {
  return Object.entries(tags).flatMap(([tag, value]) =>
    value === undefined ? [] : [tagged(Number(tag), value)],
  );
}

/** KeyDescription in DER: of a P-256 key in a trusted execution environment, but for what is said. */
export function describeKey(description: Description = {}): Buffer {
  const { version = 300, level = 1, keyMintLevel = level, challenge = CHALLENGE } = description;
  const { software = {}, hardware = {}, hardwareList, more = [] } = description;
  return sequence(
    integer(version),
    enumerated(level),
    integer(version),
    enumerated(keyMintLevel),
    description.challengeElement ?? octets(challenge),
    octets(''),
    sequence(...elements({ ...SOFTWARE, ...software })),
    sequence(...(hardwareList ?? elements({ ...HARDWARE, ...hardware }))),
    ...more,
  );
}

/** The honest list of what the hardware enforces, element by element. */
export const HONEST_HARDWARE: readonly Buffer[] = elements(HARDWARE);
