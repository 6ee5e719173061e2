// @ts-check
// Why this exists: what people read (errors, remedies, help, logs, pages) is plain American English, for readers whose second
// language it is. This fails on turns of phrase that have to be read twice, and on British spelling, and says what to write instead.
// With --comments it looks at comments instead. It fails if it found no text, too.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { proseOfPage, proseOfSource } from './prose.js';

const root = fileURLToPath(new URL('../', import.meta.url));

const MAKERS = 'Approov|Apple|Google|Firebase|App Check|App Attest|Play Integrity|Play|Android|AOSP|NIST';
const THINGS =
  'tokens?|keys?|apps?|certificates?|secrets?|answers?|attestations?|assertions?|receipts?|chains?|verdicts?|curves?|roots?|CBOR';
const STEMS =
  'author|recogn|normal|serial|initial|organ|minim|maxim|optim|synchron|summar|token|canonical|random|special|final|general|' +
  'util|emphas|categor|custom|standard|visual|memo|local|central|character|item|priorit|sanit|stabil|symbol|real';

/** What has to be read twice, and what to write instead. @type {readonly (readonly [turn: RegExp, instead: string])[]} */
const TURNS = [
  [/\b(?:has|have|had) not (?:a|an|the|any|exactly|its|their|one|two|three|\d+)\b/i, 'does not have'],
  [
    /(?<!\bthere )\b(?:is|are|was|were|has|have|had|names?|knows?) none\b|\bof none\b(?! of)/i,
    'does not have, is not one of',
  ],
  [
    /(?<!\b(?:there|here) )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|fewer\b|older\b|later\b|earlier\b)[a-z]/i,
    'is not a',
  ],
  [
    /(?:(?<=[.;] )|\b(?:of|by|in|from|beside|without|than|with|for|under|over|all) )what (?:is|was|are|were|has|have|had|cannot|makes|comes|stands|follows|ends|goes|does|belongs|needs|only|(?:an?|the) \w+ (?:has|sends?|gives?|says?|writes?|knows?|takes?|is|does))\b/i,
    'a noun: refused requests, the request from the phone',
  ],
  [/\b(?:nobody|no one|whoever|whomever)\b/i, 'the actor'],
  [/(?:^|[.;:,] )one (?:is told|may|can|must|has to|wants|would|needs)\b/i, 'the actor'],
  [/\b(?:is|are|be|was|were|been) held to\b/i, 'must meet, is checked against'],
  [
    /\bhold(?:s|ing)? (?:it|them|this|each|all|every \w+|(?:an?|the) \w+(?: \w+)?) to (?:its?|the|an?|their|what|this|that|sense)\b/i,
    'checks against',
  ],
  [/\bholds? (?:[\w’']+,? ){1,12}to the (?:policy|rules?)\b/i, 'checks against'],
  [/\bin (?:the )?place of\b/i, 'instead of'],
  [/\bof now\b/i, 'current'],
  [/\bbe had\b/i, 'is available, fetched'],
  [
    /\b(?:let|lets|letting) in\b|\blets? (?:\w+ ){1,3}in(?= *(?:[.,;:)]|$| (?:by|only|again|unless|if|at)\b))/i,
    'accepts',
  ],
  [/\b(?:lies?|lay|lying) (?:beneath|below|underneath|behind)\b/i, 'the underlying, the cause of'],
  [new RegExp(`\\b(?:${THINGS}) of (?:${MAKERS})\\b(?!['’])`, 'i'), 'the maker first: Approov tokens'],
  [/(?<!instead )\bof (?:Apple|Google|Firebase|Approov|Android)['’]s(?! \w)/i, 'Apple’s …'],
  [/\bthe key of the (?:device|phone)\b(?!['’])/i, 'the device key'],
  [/\bas good as\b/i, 'like'],
  [
    /(?<!\b(?:see|know|knows|say|says|tell|tells|show|shows|is|are) )\bwhere (?:there|it|none|no|nothing|nobody|not|one|they|some|several)\b/i,
    'if',
  ],
  [/\b(?:only|except|or) where\b/i, 'if'],
  [/\bwhere (?:apps|devices|requests|tokens|clients|routes|phones|you)\b/i, 'if'],
  [/, as no (?:\w+ ){1,3}(?:is|are|does|has)\b/i, 'because, or nothing'],
  [/\bwhere (?:the|an?) \w+(?: \w+)? (?:is|has|does|says|gives|asks|demands|wants|needs|was)\b/i, 'if'],
  [
    new RegExp(
      `\\b\\w*(?:enrolment|behaviour|colour|favour|honour|neighbour|(?<!s)licence|catalogue|artefact|judgement|cancelled|labelled|modelled|whilst|centre|defence|grey)s?\\b|\\benrols?\\b|\\b(?:un)?(?:${STEMS})is(?:e|ed|es|er|ing|ation|ations|able)\\b|\\banalyse[ds]?\\b`,
      'i',
    ),
    'the American spelling',
  ],
];

/** Phrases that a turn would hit by mistake, each with its reason. */
const ALLOWED = [
  'nobody node not november', // from the list of words that a secret may not be made of
];

/**
 * @param {{ text: string, line: number }} piece
 * @returns {{ line: number, found: string, instead: string }[]}
 */
function faultsOf({ text, line }) {
  // Lines are joined, as a reader joins them; every place keeps its offset.
  const joined = ALLOWED.reduce(
    (rest, phrase) => rest.replaceAll(phrase, (hit) => ' '.repeat(hit.length)),
    text.replaceAll('\n', ' '),
  );
  const single = joined.replace(/ +/g, ' ');
  return TURNS.flatMap(([turn, instead]) =>
    [...single.matchAll(new RegExp(turn, `${turn.flags}g`))].map(({ 0: found, index }) => ({
      line: line + lineAt(text, index),
      found: found.trim(),
      instead,
    })),
  );
}

/** @param {string} text @param {number} index in the text whose white space is one space each @returns {number} lines before it */
function lineAt(text, index) {
  let lines = 0;
  let place = 0;
  for (const [part] of text.matchAll(/\s+|\S+/g)) {
    if (place >= index) break;
    if (/\s/.test(part)) lines += part.split('\n').length - 1;
    place += /\s/.test(part) ? 1 : part.length;
  }
  return lines;
}

/** @param {string} file @param {boolean} comments */
function piecesOf(file, comments) {
  const text = readFileSync(`${root}${file}`, 'utf8');
  return file.endsWith('.md') ? proseOfPage(text) : proseOfSource(text, comments ? 'comments' : 'texts');
}

const options = process.argv.slice(2);
const mode = options.find((option) => option.startsWith('--'));
/** Parts of the names of files: with none, all. */
const only = options.filter((option) => !option.startsWith('--'));
const files = execFileSync(
  'git',
  ['ls-files', '*.md', 'packages/*/src/*.ts', 'packages/*/src/**/*.ts', 'examples/**/*.ts'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n')
  .filter((file) => (mode === '--comments' ? file.endsWith('.ts') : true))
  .filter((file) => only.length === 0 || only.some((part) => file.includes(part)));

let pieces = 0;
let found = 0;
for (const file of new Set(files)) {
  const all = piecesOf(file, mode === '--comments');
  pieces += all.length;
  const faults = all.flatMap(faultsOf);
  found += faults.length;
  for (const { line, found: words, instead } of faults)
    console.error(`  ${file}:${line}: “${words}”: write ${instead}`);
}
console.log(`words: ${found} turns in ${pieces} pieces of ${new Set(files).size} files`);
process.exitCode = pieces === 0 || found > 0 ? 1 : 0;
