import { ConfigurationError } from 'attestkit/errors';
import { assertOptions } from '../options.js';
import { integers, type Description, type Tags } from './description.js';
import { integer, NULL, octets } from '../encode/der.js';

/**
 * What stands in a tag of an authorization list: a number is an INTEGER, a list of them a SET OF INTEGER, `true` is NULL,
 * text and bytes are an OCTET STRING. `false` takes the tag away.
 */
export type AndroidTag = number | readonly number[] | boolean | string | Uint8Array;

/** Changes to the authorization lists of a key, by number of the tag: `{ software: { 724: moduleHash } }`. */
export interface AndroidTags {
  readonly software?: Readonly<Record<number, AndroidTag>>;
  readonly hardware?: Readonly<Record<number, AndroidTag>>;
}

/** A tag and its new value; undefined: it goes. */
export type TagChanges = readonly (readonly [tag: number, value: Uint8Array | undefined])[];

/** The changes to both lists. */
export type ListChanges = Readonly<Record<'software' | 'hardware', TagChanges>>;

/** RootOfTrust, the one value that is a SEQUENCE. */
const ROOT_OF_TRUST = 704;

/** KeyMint's numbers have 28 bits. */
const MAX_TAG = 2 ** 28;

/** @throws ConfigurationError naming the tag */
export function readTags(tags: AndroidTags): ListChanges {
  assertOptions(tags, { software: 'object', hardware: 'object' }, 'tags', 'tags.');
  const { software, hardware } = tags;
  return { software: readList('tags.software', software), hardware: readList('tags.hardware', hardware) };
}

/** The description with other tags. */
export function changeTags(description: Description, { software, hardware }: ListChanges): Description {
  return {
    ...description,
    software: changeList(description.software, software),
    hardware: changeList(description.hardware, hardware),
  };
}

/** A list with another value for a tag, several, or none. */
export function withTag(tags: Tags, tag: number, ...values: readonly Uint8Array[]): Tags {
  const added = values.map((value) => [tag, value] as const);
  const place = tags.findIndex(([each]) => each >= tag);
  const rest = tags.filter(([each]) => each !== tag);
  const at = place === -1 ? rest.length : place;
  return [...rest.slice(0, at), ...added, ...rest.slice(at)];
}

function changeList(list: Tags, changes: TagChanges): Tags {
  let changed = list;
  for (const [tag, value] of changes)
    changed = withTag(changed, tag, ...(value === undefined ? [] : [value]));
  return changed;
}

function readList(path: string, list: Readonly<Record<string, unknown>> = {}): TagChanges {
  return Object.entries(list).map(([key, value]) => {
    const tag = Number(key);
    const name = `${path}.${key}`;
    if (!/^[1-9]\d*$/.test(key) || tag >= MAX_TAG)
      throw new ConfigurationError(name, 'is not the number of a tag', 'Give KeyMint’s: 714 is the IMEI.');
    if (value === false) return [tag, undefined];
    if (tag === ROOT_OF_TRUST) {
      const remedy = 'Make a device with locked, bootState and verifiedBootKey.';
      throw new ConfigurationError(name, 'is the root of trust, which is the device’s', remedy);
    }
    const encoded = encode(value);
    if (encoded !== undefined) return [tag, encoded];
    const remedy = 'Give a whole number, a list of them, true, text, bytes, or false for none.';
    throw new ConfigurationError(name, 'is not a value that a tag has', remedy);
  });
}

function encode(value: unknown): Uint8Array | undefined {
  if (value === true) return NULL;
  if (typeof value === 'string' || value instanceof Uint8Array) return octets(value);
  if (isWhole(value)) return integer(value);
  return Array.isArray(value) && value.every(isWhole) ? integers(...value) : undefined;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
