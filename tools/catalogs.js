// @ts-check
// Why this exists: pages and gates are made of the check catalogs of the built library. This finds them: every room's
// checks.js, and the order of verification in it.
import { existsSync, readdirSync } from 'node:fs';

/** @typedef {{ name: string, code: string, stage: string, says: string, spec: string }} Check */

const dist = new URL('../packages/attestkit/dist/', import.meta.url);

/**
 * What each room's codes are about, and the kinds that they begin with; a room that is not here fails the run.
 *
 * @type {Record<string, readonly [title: string, ...kinds: string[]]>}
 */
const ROOMS = {
  approov: ['Approov tokens', 'APPROOV'],
  'app-attest': ['Apple App Attest', 'APP_ATTEST'],
  'key-attestation': ['Android Key Attestation', 'KEY_ATTESTATION'],
  'play-integrity': ['Play Integrity', 'PLAY_INTEGRITY'],
  'app-check': ['Firebase App Check', 'APP_CHECK'],
  'signed-token': ['Tokens of an attester', 'SIGNED_TOKEN'],
  sessions: [
    'Enrollment, sessions and signed requests',
    'ENROLLMENT',
    'CHALLENGE',
    'POLICY',
    'REFRESH',
    'SESSION',
    'ASSERTION',
    'STATE',
  ],
  stores: ['Stores', 'STORE'],
  net: ['What is fetched', 'JWKS', 'REVOCATIONS'],
  guard: ['The guard itself', 'GUARD'],
  endpoints: ['The endpoints, before evidence is looked at', 'ENROLLMENT', 'ENDPOINT'],
};

/** Everything in a catalog that has the shape of a check, in order. @param {unknown} value @returns {Check[]} */
export function checksIn(value) {
  if (typeof value !== 'object' || value === null) return [];
  if ('code' in value && 'says' in value && 'spec' in value) return [/** @type {Check} */ (value)];
  return Object.values(value).flatMap(checksIn);
}

/**
 * A room's catalog: the list that holds it in the order of verification, or else its one record of checks.
 *
 * @param {string} room @returns {Promise<Check[]>}
 */
async function catalog(room) {
  const exported = Object.values(await import(new URL(`${room}/checks.js`, dist).href));
  const lists = exported.filter(Array.isArray);
  return checksIn(lists.length > 0 ? lists : exported);
}

/** @typedef {{ room: string, title: string, kinds: readonly string[], checks: Check[] }} Room */

/** Every room that has a catalog, by title. @returns {Promise<readonly Room[]>} */
export async function catalogs() {
  const rooms = readdirSync(dist).filter((room) => existsSync(new URL(`${room}/checks.js`, dist)));
  const unknown = rooms.filter((room) => room !== 'ports' && !(room in ROOMS));
  if (rooms.length === 0 || unknown.length > 0)
    throw new Error(`catalogs without a title, or none at all: ${unknown.join(', ')}`);
  return Promise.all(
    Object.entries(ROOMS).map(async ([room, [title, ...kinds]]) => ({
      room,
      title,
      kinds,
      checks: await catalog(room),
    })),
  );
}
