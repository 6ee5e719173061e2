import { hash } from 'node:crypto';
import type { AttestedModule } from 'attestkit/key-attestation';
import { der, integer, NULL, octets, sequence, set, tagged } from '../encode/der.js';

/** Elements of an authorization list: tag, and DER of its content. In their order, and one can occur twice. */
export type Tags = readonly (readonly [tag: number, value: Uint8Array])[];

/** A key description before it is encoded. */
export interface Description {
  readonly version: number;
  /** Of the attestation: 0 software, 1 trusted execution environment, 2 StrongBox. */
  readonly level: number;
  /** Of the key. */
  readonly keyMintLevel: number;
  readonly challenge: Uint8Array;
  readonly software: Tags;
  readonly hardware: Tags;
}

/** How a device was started. */
export interface Boot {
  readonly locked: boolean;
  /** VerifiedBootState: 0 verified, 1 self-signed, 2 unverified, 3 failed. */
  readonly state: number;
  readonly key: Uint8Array;
  readonly hash: Uint8Array;
}

/** The app that has the key made. */
export interface App {
  readonly packageName: string;
  readonly versionCode: number;
  readonly signingDigests: readonly Uint8Array[];
}

/** What a key description says. */
export interface DescriptionContents {
  readonly version: number;
  readonly level: number;
  readonly challenge: Uint8Array;
  readonly app: App;
  readonly boot: Boot;
  /** Modules in DER. */
  readonly modules: Uint8Array;
  readonly key: {
    /** Of algorithm, size, digest, padding, curve: 2 to 200, in their order. */
    readonly tags: Tags;
  };
  readonly userAuthentication: boolean;
  /** `160000` is 16. */
  readonly osVersion: number;
  /** YYYYMM. */
  readonly patchLevel: number;
  /** YYYYMMDD, as the next. */
  readonly vendorPatchLevel: number;
  readonly bootPatchLevel: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Versions of the schema (Android, "Key and ID attestation", schemas). */
export const VERSIONS: readonly number[] = [1, 2, 3, 4, 100, 200, 300, 400, 500];

export const enumerated = (value: number): Buffer => der(0x0a, Buffer.of(value));
const boolean = (value: boolean): Buffer => der(0x01, Buffer.of(value ? 0xff : 0));
export const integers = (...values: readonly number[]): Buffer => set(...values.map(integer));

/** RootOfTrust; before version 3 without the hash. */
export function rootOfTrust(boot: Boot, version: number): Buffer {
  const digest = version < 3 ? [] : [octets(boot.hash)];
  return sequence(octets(boot.key), boolean(boot.locked), enumerated(boot.state), ...digest);
}

/** AttestationApplicationId in its OCTET STRING. */
export function applicationId({ packageName, versionCode, signingDigests }: App): Buffer {
  const info = sequence(octets(packageName), integer(versionCode));
  return octets(sequence(set(info), set(...signingDigests.map(octets))));
}

/** Modules (KeyMint, KeyCreationResult), sorted as the system does: by the length of their names, then by name. */
export function encodeModules(modules: readonly AttestedModule[]): Buffer {
  const named = modules.map(({ packageName, version }) => ({ name: Buffer.from(packageName), version }));
  const sorted = named.toSorted((one, other) =>
    one.name.length === other.name.length
      ? Buffer.compare(one.name, other.name)
      : one.name.length - other.name.length,
  );
  return set(...sorted.map(({ name, version }) => sequence(octets(name), integer(version))));
}

/** What an honest device says of a new key for signatures. */
export function describe(contents: DescriptionContents): Description {
  const { version, level, challenge, app, boot, key, userAuthentication, now } = contents;
  const software: Tags = [
    [701, integer(now)],
    // Since version 2: an older device does not know whose the key is.
    ...(version < 2 ? [] : ([[709, applicationId(app)]] as const)),
    ...(version < 400 ? [] : ([[724, octets(hash('sha256', contents.modules, 'buffer'))]] as const)),
  ];
  const hardware: Tags = [
    [1, integers(2, 3)],
    ...key.tags,
    ...(userAuthentication ? ([[504, integer(2)]] as const) : ([[503, NULL]] as const)),
    [702, integer(0)],
    [704, rootOfTrust(boot, version)],
    [705, integer(contents.osVersion)],
    [706, integer(contents.patchLevel)],
    ...(version < 3
      ? []
      : ([
          [718, integer(contents.vendorPatchLevel)],
          [719, integer(contents.bootPatchLevel)],
        ] as const)),
  ];
  return { version, level, keyMintLevel: level, challenge, software, hardware };
}

/** Of Keymaster, before KeyMint: versions of the attestation and of the implementation differ. */
const KEYMASTER: Readonly<Record<number, number>> = { 1: 2, 2: 3, 3: 4, 4: 41 };

/** KeyDescription in DER. */
export function encodeDescription(description: Description): Buffer {
  const { version, level, keyMintLevel, challenge, software, hardware } = description;
  return sequence(
    integer(version),
    enumerated(level),
    integer(KEYMASTER[version] ?? version),
    enumerated(keyMintLevel),
    octets(challenge),
    octets(''),
    encodeTags(software),
    encodeTags(hardware),
  );
}

/** AuthorizationList. */
function encodeTags(tags: Tags): Buffer {
  return sequence(...tags.map(([tag, value]) => tagged(tag, value)));
}
