// @ts-check
// Why this exists: the reference of error codes must say what the verifiers do. It is written from the check
// catalogs of the built library (every room's checks.js) and from nothing else; with --check it fails when the
// page in docs/ is not what they say. It fails always where a code does not have the form that faults.js demands, or where it
// found no catalog.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogs } from './catalogs.js';
import { problemsOf } from './faults.js';

const page = new URL('../docs/errors.md', import.meta.url);

const rooms = await catalogs();
const sections = rooms.map(({ title, checks }) => {
  const rows = checks.map(
    ({ code, stage, says, name, spec }) => `| \`${code}\` | ${stage} | ${says} | ${name} | ${spec} |`,
  );
  return [
    `## ${title}`,
    '',
    '| code | stage | what it says | check | source of the rule |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
});
const count = rooms.reduce((sum, { checks }) => sum + checks.length, 0);

const text = `<!-- Written by tools/errors.js from the check catalogs: change those, then run npm run docs. -->

# Error codes

Every refusal has one of these codes: in \`decision.error.code\`, in the events and counters of the guard, in the
output of \`attestkit inspect\`, and, where a route sets \`expose\`, in the body. Each code is one check of a verifier;
the order of the rows is the order of verification, and the first check that fails gives the code. A code ends in a word
of a [closed list](decisions/0014-faults.md) that says what is wrong: group by it.

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

const problems = problemsOf(rooms);
if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (!existsSync(page) || readFileSync(page, 'utf8') !== text)
  problems.push(`${fileURLToPath(page)} is not what the catalogs say: run npm run docs`);
console.log(`errors: ${count} codes of ${rooms.length} rooms`);
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
