// @ts-check
// Why this exists: the reference of error codes must say what the verifiers do. It is written from the check
// catalogues of the built library (every room's checks.js) and from nothing else; with --check it fails when the
// page in docs/ is not what they say, or when it found no catalogue.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @typedef {{ name: string, code: string, stage: string, says: string, spec: string }} Check */

const root = new URL('../', import.meta.url);
const dist = new URL('packages/attestkit/dist/', root);
const page = new URL('docs/errors.md', root);

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
function checksIn(value) {
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

const rooms = readdirSync(dist).filter(
  (room) => room !== 'ports' && existsSync(new URL(`${room}/checks.js`, dist)),
);
const unknown = rooms.filter((room) => !(room in titles));
if (rooms.length === 0 || unknown.length > 0)
  throw new Error(`catalogues without a title, or none at all: ${unknown.join(', ')}`);

const sections = [];
let count = 0;
for (const [room, title] of Object.entries(titles)) {
  const checks = await catalogue(room);
  count += checks.length;
  const rows = checks.map(
    ({ code, stage, says, name, spec }) => `| \`${code}\` | ${stage} | ${says} | ${name} | ${spec} |`,
  );
  sections.push(
    [
      `## ${title}`,
      '',
      '| code | stage | what it says | check | source of the rule |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
  );
}

const text = `<!-- Written by tools/errors.js from the check catalogues: change those, then run npm run docs. -->

# Error codes

Every refusal has one of these codes: in \`decision.error.code\`, in the events and counters of the guard, in the
output of \`attestkit inspect\`, and, where a route sets \`expose\`, in the body. Each code is one check of a verifier;
the order of the rows is the order of verification, and the first check that fails gives the code.

The **stage** decides the HTTP status. Approov answers 401 to all of them unless \`statuses\` says otherwise, and a
route that has to tell a missing token from a bad one sets \`{ statuses: { missing: 400 } }\`.

| stage | meaning | status |
| --- | --- | --- |
| missing | nothing to verify was sent | as configured |
| malformed | what was sent cannot be read unambiguously | as configured |
| untrusted | it was read, and does not hold | as configured |
| denied | it holds, and the appraisal policy says no | as configured |
| unavailable | a key, a store or a service could not be reached; nothing is known about the evidence | always 503, with \`Retry-After\` |

${sections.join('\n\n')}
`;

if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (!existsSync(page) || readFileSync(page, 'utf8') !== text)
  throw new Error(`${fileURLToPath(page)} is not what the catalogues say: run npm run docs`);
console.log(`errors: ${count} codes of ${rooms.length} rooms`);
