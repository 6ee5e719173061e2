// @ts-check
// Why this exists: pages and gates are made of the check catalogues of the built library. This finds them: every room's
// checks.js, and the order of verification in it.
import { existsSync, readdirSync } from 'node:fs';

/** @typedef {{ name: string, code: string, stage: string, says: string, spec: string }} Check */

const dist = new URL('../packages/attestkit/dist/', import.meta.url);

/** What each room's codes are about; a room that is not here fails the run. @type {Record<string, string>} */
const titles = {
  approov: 'Approov tokens',
  'app-attest': 'Apple App Attest',
  'key-attestation': 'Android Key Attestation',
  'play-integrity': 'Play Integrity',
  'app-check': 'Firebase App Check',
  'signed-token': 'Tokens of an attester',
  sessions: 'Enrolment, sessions and signed requests',
  stores: 'Stores',
  net: 'What is fetched',
  guard: 'The guard itself',
  endpoints: 'The endpoints, before evidence is looked at',
};

/** Everything in a catalogue that has the shape of a check, in order. @param {unknown} value @returns {Check[]} */
export function checksIn(value) {
  if (typeof value !== 'object' || value === null) return [];
  if ('code' in value && 'says' in value && 'spec' in value) return [/** @type {Check} */ (value)];
  return Object.values(value).flatMap(checksIn);
}

/**
 * A room's catalogue: the list that holds it in the order of verification, or else its one record of checks.
 *
 * @param {string} room @returns {Promise<Check[]>}
 */
async function catalogue(room) {
  const exported = Object.values(await import(new URL(`${room}/checks.js`, dist).href));
  const lists = exported.filter(Array.isArray);
  return checksIn(lists.length > 0 ? lists : exported);
}

/** Every room that has a catalogue, by title. @returns {Promise<readonly { room: string, title: string, checks: Check[] }[]>} */
export async function catalogues() {
  const rooms = readdirSync(dist).filter((room) => existsSync(new URL(`${room}/checks.js`, dist)));
  const unknown = rooms.filter((room) => room !== 'ports' && !(room in titles));
  if (rooms.length === 0 || unknown.length > 0)
    throw new Error(`catalogues without a title, or none at all: ${unknown.join(', ')}`);
  return Promise.all(
    Object.entries(titles).map(async ([room, title]) => ({ room, title, checks: await catalogue(room) })),
  );
}
