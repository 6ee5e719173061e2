import { base64url } from '../bytes/base64.js';
import type { Storage } from '../ports.js';

const MARKER = 'attestkit-install';

/**
 * The marker of this installation, made once if it is missing. Clients of one process ask in turn.
 *
 * @throws Error (rejects with it) if the place does not keep it
 */
export async function markerIn(place: Storage, random: (length: number) => Uint8Array): Promise<string> {
  const found = await place.get(MARKER);
  if (typeof found === 'string' && found !== '') return found;
  await place.set(MARKER, base64url(random(16)));
  // Another process may have made one in the meantime.
  const made = await place.get(MARKER);
  if (typeof made !== 'string') throw new Error('the marker is not kept');
  return made;
}
