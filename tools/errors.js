// @ts-check
// Why this exists: the reference of error codes must say what the verifiers do. It is written from the check
// catalogs of the built library (every room's checks.js) and from src/inspect/causes, and from nothing else; with --check it
// fails when the page in docs/ is not what they say. It fails always if a code does not have the form that faults.js demands,
// or the cause and remedy that causes.js demands, or if it found no catalog.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogs } from './catalogs.js';
import { causes, problemsOfCauses } from './causes.js';
import { problemsOf } from './faults.js';
import { statusesOf } from './statuses.js';

const page = new URL('../docs/errors.md', import.meta.url);

const rooms = await catalogs();
const causeOf = await causes();

/** @param {string} text */
const sentence = (text) => `${text[0]?.toUpperCase()}${text.slice(1)}.`;

/** Columns of a line. */
const WIDTH = 140;

/** @param {string} item @returns {string} an item of a list */
function wrapped(item) {
  const lines = ['-'];
  for (const word of item.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.join('\n');
}

/** @param {string} room @param {import('./catalogs.js').Check} check */
function entry(room, check) {
  const [cause = '', remedy = ''] = causeOf.get(check.code) ?? [];
  const { code, name, says, spec, stage } = check;
  const parts = [...remedy.matchAll(/(Operator|App author): (.*?)(?= (?:Operator|App author): |$)/g)];
  const items = [
    `Usual cause: ${cause}`,
    ...parts.map(([, actor = '', what]) => `Remedy (${actor.toLowerCase()}): ${what}`),
    `Stage: \`${stage}\`, ${statusesOf(room, check)}`,
    `Check: ${name} (${spec})`,
  ];
  return [`### ${code}`, '', sentence(says), '', ...items.map(wrapped)].join('\n');
}

const sections = rooms.map(({ room, title, checks }) =>
  [`## ${title}`, ...checks.map((check) => entry(room, check))].join('\n\n'),
);
const count = rooms.reduce((sum, { checks }) => sum + checks.length, 0);
/** @param {string} title */
const anchor = (title) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
const contents = rooms.map(
  ({ title, kinds, checks }) =>
    `| [${title}](#${anchor(title)}) | ${kinds.map((kind) => `\`ERR_${kind}_…\``).join(', ')} | ${checks.length} |`,
);

const text = `<!-- Written by tools/errors.js from the check catalogs and src/inspect/causes: change those, then run npm run docs. -->

# Error codes

Search this page for the code, or link to it: \`docs/errors.md#err_approov_token_expired\`. For the usual mistakes by what you
see, there is [troubleshooting](troubleshooting.md).

| about | codes | how many |
| --- | --- | --- |
${contents.join('\n')}

Every refusal has one of these codes: in \`decision.error.code\`, in the events and counters of the guard, in the
output of \`attestkit inspect\`, and, if a route sets \`expose\`, in the body. Each code is one check of a verifier;
they stand in the order of verification, and the first check that fails gives the code. A code ends in a word
of a [closed list](decisions/0014-faults.md) that says what is wrong: group by it.

## Stages and statuses

The **stage** decides the HTTP status. The statuses below are the defaults: Approov answers 401 to all stages unless
\`statuses\` says otherwise, and a route that has to tell a missing token from a bad one sets \`{ statuses: { missing: 400 } }\`.
What a policy denies at \`refresh\`, at \`assert\` or on a route is 401, if the app can meet it with new evidence.

| stage | meaning | a route | \`attest\` |
| --- | --- | --- | --- |
| missing | nothing to verify was sent | 401 | 400 |
| malformed | the evidence cannot be read unambiguously | 401 | 403 |
| untrusted | the evidence was read, and a check failed | 401 | 403 |
| denied | the evidence is genuine, and the appraisal policy says no | 403 | 403 |
| unavailable | a key, a store or a service could not be reached; nothing is known about the evidence | 503, with \`Retry-After\` | 503 |

${sections.join('\n\n')}
`;

const problems = [...problemsOf(rooms), ...problemsOfCauses(rooms, causeOf)];
if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (!existsSync(page) || readFileSync(page, 'utf8') !== text)
  problems.push(`${fileURLToPath(page)} is not what the catalogs say: run npm run docs`);
console.log(`errors: ${count} codes of ${rooms.length} rooms`);
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
