// @ts-check
// Why this exists: pages and gates are made of the check catalogs of the built library. This finds them: every room's
// checks.js, and the order of verification in it, as src/catalog.ts lists them.
import { existsSync, readdirSync } from 'node:fs';

/** @typedef {{ name: string, code: string, stage: string, says: string, spec: string }} Check */

const dist = new URL('../packages/attestkit/dist/', import.meta.url);

/** Everything in a catalog that has the shape of a check, in order. @param {unknown} value @returns {Check[]} */
export function checksIn(value) {
  if (typeof value !== 'object' || value === null) return [];
  if ('code' in value && 'says' in value && 'spec' in value) return [/** @type {Check} */ (value)];
  return Object.values(value).flatMap(checksIn);
}

/** @typedef {{ room: string, title: string, kinds: readonly string[], checks: readonly Check[] }} Room */

/** Every room that has a catalog. @returns {Promise<readonly Room[]>} */
export async function catalogs() {
  const { CATALOG } = await import(new URL('catalog.js', dist).href);
  const rooms = readdirSync(dist).filter((room) => existsSync(new URL(`${room}/checks.js`, dist)));
  const unknown = rooms.filter((room) => room !== 'ports' && !(room in CATALOG));
  if (rooms.length === 0 || unknown.length > 0)
    throw new Error(`src/catalog.ts does not have these rooms: ${unknown.join(', ')}`);
  return Object.entries(CATALOG).map(([room, { title, subjects, checks }]) => ({
    room,
    title,
    kinds: subjects,
    checks,
  }));
}
