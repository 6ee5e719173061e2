import { base64url } from '../bytes/base64.js';
import type { Storage } from '../ports.js';

const MARKER = 'attestkit-install';
const markers = new WeakMap<Storage, Promise<string>>();

/** The marker of this installation, made once if it is missing; undefined if there is no place for one. */
export async function markerOf(
  place: Storage | undefined,
  random: (length: number) => Uint8Array,
): Promise<string | undefined> {
  if (place === undefined) return undefined;
  const known = markers.get(place) ?? madeMarker(place, random);
  markers.set(place, known);
  try {
    return await known;
  } catch (error) {
    markers.delete(place);
    throw error;
  }
}

async function madeMarker(place: Storage, random: (length: number) => Uint8Array): Promise<string> {
  const found = await place.get(MARKER);
  if (typeof found === 'string' && found !== '') return found;
  await place.set(MARKER, base64url(random(16)));
  // Another process may have made one in the meantime.
  const made = await place.get(MARKER);
  if (typeof made !== 'string') throw new Error('the marker is not kept');
  return made;
}
