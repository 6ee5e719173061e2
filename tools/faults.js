// @ts-check
// Why this exists: dashboards group refusals by the word that a code ends in, so the words must be few and mean one thing. This
// reads the check catalogs: each code belongs to one check, begins with a kind of its room, and ends in a word of the closed
// list, at a stage where that word is true. It finds a problem, too, where it looked at nothing.
import { readFileSync } from 'node:fs';

/** @typedef {Awaited<ReturnType<typeof import('./catalogs.js').catalogs>>} Rooms */

const decision = new URL('../docs/decisions/0014-faults.md', import.meta.url);

/** The words, and the stages of a check that may end in them. The decision says what each means. @type {Readonly<Record<string, readonly string[]>>} */
const FAULTS = {
  MISSING: ['missing', 'malformed', 'untrusted', 'denied'],
  // Decision 2: what only an app's own SDK writes, and cannot be read, is as untrusted as a forgery.
  MALFORMED: ['malformed', 'untrusted'],
  TOO_LARGE: ['malformed', 'untrusted'],
  REPEATED: ['malformed', 'untrusted'],
  UNKNOWN: ['malformed', 'untrusted'],
  UNSUPPORTED: ['malformed', 'untrusted'],
  INVALID: ['untrusted'],
  EXPIRED: ['untrusted'],
  REUSED: ['untrusted'],
  // The second stage of these is for what was in order when the device enrolled, and for conflicts (409).
  MISMATCH: ['untrusted', 'denied'],
  NOT_YET_VALID: ['untrusted', 'denied'],
  TOO_OLD: ['untrusted', 'denied'],
  REVOKED: ['untrusted', 'denied'],
  ENDED: ['untrusted', 'denied'],
  DENIED: ['denied'],
  BLOCKED: ['denied'],
  TAKEN: ['denied'],
  LIMIT: ['denied'],
  FAILED: ['missing', 'unavailable'],
  UNREADABLE: ['malformed', 'unavailable'],
  UNAVAILABLE: ['unavailable'],
  FULL: ['unavailable'],
  BUSY: ['unavailable'],
  TIMEOUT: ['unavailable'],
  CONTENTION: ['unavailable'],
  INTERNAL: ['unavailable'],
};

/** What is wrong with the codes of these rooms. @param {Rooms} rooms @returns {string[]} */
export function problemsOf(rooms) {
  const written = readFileSync(decision, 'utf8');
  const words = Object.keys(FAULTS);
  const problems = words
    .filter((word) => !written.includes(`\`${word}\``))
    .map((word) => `${word} is a word that docs/decisions/0014-faults.md does not have`);
  const seen = new Set();
  for (const { room, kinds, checks } of rooms) {
    if (checks.length === 0) problems.push(`${room} has no check`);
    for (const { code, stage } of checks) {
      const fault = words.find((word) => code.endsWith(`_${word}`));
      if (seen.has(code)) problems.push(`${code} stands for two checks`);
      seen.add(code);
      if (!kinds.some((kind) => code.startsWith(`ERR_${kind}_`)))
        problems.push(`${code} of ${room} does not begin with ${kinds.join(' or ')}`);
      if (fault === undefined) problems.push(`${code} ends in none of ${words.join(', ')}`);
      else if (!FAULTS[fault]?.includes(stage))
        problems.push(`${code} ends in ${fault}, which is not true at the stage ${stage}`);
    }
  }
  if (seen.size === 0) problems.push('there is no code');
  return problems;
}
