import { base64url } from '../bytes/base64.js';
import type { Storage } from '../ports.js';

const MARKER = 'attestkit-install';

/** The marker of this installation, made once if it is missing; undefined if it is not kept. Clients of one process ask in turn. */
export async function markerIn(
  place: Storage,
  random: (length: number) => Uint8Array,
): Promise<string | undefined> {
  const found = await place.get(MARKER);
  if (found) return found;
  await place.set(MARKER, base64url(random(16)));
  // Another process may have made one in the meantime.
  return (await place.get(MARKER)) ?? undefined;
}
