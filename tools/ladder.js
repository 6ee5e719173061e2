// @ts-check
// Why this exists: docs/client-ladder.md shows the table that the client runs, so it is written from that table and never edited.
// With --check it fails where the page is not what it should be.
import { readFileSync, writeFileSync } from 'node:fs';
import { LADDER, LIMITS, nextOf } from '../packages/client/dist/ladder/table.js';

/** @typedef {import('../packages/client/dist/ladder/table.js').Rung} Rung */
/** @typedef {import('../packages/client/dist/ladder/table.js').Answer} Answer */

const page = new URL('../docs/client-ladder.md', import.meta.url);

/** @type {Readonly<Record<Rung, string>>} */
const HAS = {
  refresh: 'a refresh token',
  assertPending: 'a pending key',
  assertKey: 'a key',
  attest: 'a label alone',
  begin: 'nothing, or after a reset',
};

/** @type {Readonly<Record<Answer, string>>} */
const MEANS = {
  ok: '200',
  invalid: '400',
  unproven: '401',
  refused: '403',
  conflict: '409',
  busy: '429, 503',
  silent: 'no answer',
  keyLost: 'the platform: key lost',
  platformBusy: 'the platform: later',
};

/** What follows, in words. */
const FOLLOWS = {
  done: '**done**',
  again: 'once more, with a new challenge',
  repeat: 'the same token once more, then as after 401',
  climb: 'the first rung that is left',
  reset: '**reset**: new label, new key',
  later: 'ends: later',
  refuse: 'ends: `refused`',
  mistake: 'ends: `misconfigured`',
};

/** @param {readonly string[]} cells */
const line = (cells) => `| ${cells.join(' | ')} |\n`;

/** @param {'keyed' | 'keyless'} kind */
function table(kind) {
  const rows = LADDER[kind];
  const rungs = /** @type {Rung[]} */ (Object.keys(rows));
  const answers = /** @type {Answer[]} */ (Object.keys(MEANS)).filter((answer) =>
    Object.values(rows).some((row) => answer in row),
  );
  const head = line(['the client has', 'it calls', ...answers.map((answer) => MEANS[answer])]);
  const rule = line(Array.from({ length: answers.length + 2 }, () => '---'));
  const body = rungs.map((rung) => {
    const row = rows[/** @type {keyof typeof rows} */ (rung)];
    const cells = answers.map((answer) => {
      if (!(answer in row)) return '';
      const next = nextOf(kind === 'keyed', rung, answer);
      return FOLLOWS[/** @type {keyof typeof FOLLOWS} */ (next)] ?? `\`${next}\``;
    });
    return line([HAS[rung], `\`${rung}\``, ...cells]);
  });
  return head + rule + body.join('');
}

const text = `# The client's ladder

The table that \`attestkit-client\` runs when a request needs a session. It is written from the code. [For the app](for-the-app.md#the-ladder) has the
same rules in words, for those who write a client of their own.

An **episode** begins when a session is needed, at the first row that fits. It ends with a session, or with a typed
[error](client-errors.md). The next episode goes on from the stored values.

## Devices with a key

App Attest and Android Key Attestation.

${table('keyed')}
## Devices without a key

Play Integrity, App Check, an attester of your own. The refresh token is the only credential of such a device. When a fifth of the token's life is
left, the device attests again, and sends the token with its new evidence: so it keeps its record.

${table('keyless')}
## Limits of an episode

| what | at most |
| --- | --- |
| requests to the device endpoints | ${LIMITS.requests} |
| attestations | ${LIMITS.attestations}; ${LIMITS.attestationsAfterInvalid} if a challenge had expired |
| resets | ${LIMITS.resets} |
| repetitions with a new challenge | ${LIMITS.challenges} |

After an episode that failed the client makes a pause: about 1 s at first, then twice as long after each further failure, up to about 5 minutes. It
is at least as long as the server's \`Retry-After\`. \`ready()\` is for a user who asks to try again:
[which pauses it ends](client-errors.md#questions).
`;

if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (readFileSync(page, 'utf8') !== text) {
  console.error('  docs/client-ladder.md is not what the table says: npm run docs');
  process.exitCode = 1;
}
console.log(`ladder: ${Object.keys(LADDER.keyed).length + Object.keys(LADDER.keyless).length} rows`);
