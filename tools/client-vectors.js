// @ts-check
// Why this exists: clients in other languages must write the same bytes and climb the same ladder as the one in TypeScript. The
// files in vectors/client hold inputs, and what the built client makes of them. This writes the outputs anew, beside the
// inputs that stand there: to add a case, write its input and run it. With --check it changes nothing, and fails when an output
// differs. It fails always if an episode leaves answers unused, or if no episode visits a cell of the ladder.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../vectors/client/', import.meta.url);

/** @param {string} path of a module of the built client */
const built = async (path) =>
  await import(new URL(`../packages/client/dist/${path}.js`, import.meta.url).href);

const { base64url, decodeBase64 } = await built('bytes/base64');
const { sha256 } = await built('bytes/sha256');
const { utf8 } = await built('bytes/utf8');
const lines = await built('protocol/lines');
const { readNeeds } = await built('protocol/needs');
const { splitUrl, signableUrl } = await built('protocol/target');
const { keyIdOfLeaf } = await built('attesters/leaf-key-id');
const { LADDER, LIMITS, RUNGS } = await built('ladder/table');
const { runEpisode } = await built('ladder/episode');
const { AttesterError } = await built('ports');
const { ClientError } = await built('client-error');

/** @typedef {any} Json */
/** @typedef {{ readonly name: string, readonly given: Json }} Case */

/** @type {string[]} */
const problems = [];

/** @param {Uint8Array} bytes */
const hex = (bytes) => Buffer.from(bytes).toString('hex');
/** @param {string} text */
const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'));

/** @template T @param {() => T} make @returns {T | { error: string }} */
function orError(make) {
  try {
    return make();
  } catch (thrown) {
    const error = /** @type {Json} */ (thrown);
    if (error instanceof ClientError) return { error: error.type };
    if (error instanceof AttesterError) return { error: error.problem };
    throw thrown;
  }
}

/** A text, or its UTF-16 code units in hexadecimal: not every reader of JSON takes half a pair of surrogates. @param {Json} given */
function textOf({ text, utf16, times = 1 }) {
  if (utf16 === undefined) return text.repeat(times);
  return String.fromCharCode(...utf16.match(/..../g).map((/** @type {string} */ unit) => parseInt(unit, 16)));
}

/** @param {Json} given */
function bytesOf(given) {
  if ('base64' in given) {
    const decoded = decodeBase64(given.base64);
    return decoded === undefined ? { error: 'malformed' } : { bytes: hex(decoded) };
  }
  const bytes = 'bytes' in given ? unhex(given.bytes) : utf8(textOf(given));
  return { bytes: hex(bytes), sha256: hex(sha256(bytes)), base64url: base64url(bytes) };
}

/** @param {Json} given */
function linesOf({ kind, audience, label, challenge, ...given }) {
  if (kind === 'enrollment') return { text: lines.enrollmentHash(challenge, label) };
  const text = {
    request: () => lines.requestLines({ ...given, audience, challenge, body: unhex(given.body) }),
    session: () => lines.sessionLines(audience, label, challenge),
    replace: () => lines.replaceLines(audience, label, challenge, given.newKeyId),
  }[/** @type {'request' | 'session' | 'replace'} */ (kind)]();
  return { text, sha256: hex(sha256(utf8(text))) };
}

/** @param {Json} given */
function targetOf({ url }) {
  return orError(() => {
    const { origin, target } = splitUrl(url);
    const signable = orError(() => ({ sent: signableUrl(url) }));
    return { origin, target, signable };
  });
}

/** When every episode begins, by the wall clock. */
const START = 1_800_000_000_000;
/** @type {Readonly<Record<string, number>>} */
const STATUS = { ok: 200, invalid: 400, unproven: 401, refused: 403, conflict: 409, busy: 503 };
/** The cells of the ladder that an episode has visited. @type {Set<string>} */
const visited = new Set();

/**
 * Runs the client over a server, a platform and a storage that answer as the script says: each call has its list, and one
 * that has no answer left succeeds.
 *
 * @param {Json} given @param {string} name
 */
async function episodeOf({ attester, stored, mustProve = false, answers = {} }, name) {
  const lists = structuredClone(answers);
  /** @type {Json[]} */
  const calls = [];
  /** @type {Json[]} */
  const steps = [];
  /** @type {Record<string, number>} */
  const made = {};
  let kept = stored ?? { format: 1 };
  let wall = START;

  /** @param {string} what */
  const next = (what) => `${what}-${(made[what] = (made[what] ?? 0) + 1)}`;

  /** The next answer to a call; it may take its time, and fail. @param {string} call */
  function answerTo(call) {
    const { afterMs = 0, fails, ...answer } = lists[call]?.shift() ?? {};
    wall += afterMs;
    if (fails === undefined) return answer;
    if (fails === 'other') throw new Error('not of the attester');
    if (fails === 'misconfigured at the server')
      throw new ClientError('misconfigured', 'it redirects', { status: answer.status });
    throw new AttesterError(fails, 'as the script says', answer);
  }

  /** @param {string} call @param {object} facts @param {() => object} value */
  async function server(call, facts, value) {
    calls.push({ call, ...facts });
    const { answer = 'ok', status = STATUS[answer], retryAfterMs } = answerTo(call);
    return { answer, status, retryAfterMs, ...(answer === 'ok' && { value: value() }) };
  }

  /** @param {string} call @param {object} facts @param {() => Json} [value] */
  async function platform(call, facts, value) {
    calls.push({ call, ...facts });
    answerTo(call);
    return value?.();
  }

  const issued = () => ({
    token: next('session'),
    expiresInMs: 1_800_000,
    refreshToken: next('refresh'),
    refreshExpiresInMs: 2_592_000_000,
  });
  const keyless = {
    attest: (/** @type {undefined} */ _, /** @type {Json} */ over) =>
      platform('attestApp', over, () => ({ token: next('token') })),
  };
  const keyed = {
    proof: attester,
    createKey: () => platform('createKey', {}, () => next('key')),
    attest: (/** @type {string} */ key, /** @type {Json} */ { challenge }) =>
      platform('attestKey', { key, challenge }, () => ({ evidence: next('evidence') })),
    // It looks up what is known: no call that has to come in its place.
    keyId: async (/** @type {string} */ key) => {
      answerTo('keyId');
      return `id-of-${key}`;
    },
    sign: (/** @type {string} */ key, /** @type {string} */ text) =>
      platform('sign', { key, text }, () => next('signed')),
    deleteKey: (/** @type {string} */ key) => platform('deleteKey', { key }),
  };
  const surroundings = {
    attester: attester === 'keyless' ? keyless : keyed,
    audience: 'https://api.example.com',
    kept: {
      load: async () => kept,
      save: async (/** @type {Json} */ installation) => {
        const saved = JSON.parse(JSON.stringify(installation));
        calls.push({ call: 'save', installation: saved });
        answerTo('save');
        kept = saved;
      },
    },
    endpoints: {
      challenge: (/** @type {string} */ label, /** @type {string} */ purpose) =>
        server('challenge', { label, purpose }, () => ({
          challenge: next('challenge'),
          expiresInMs: 300_000,
        })),
      attest: (/** @type {object} */ body) => server('attest', { body }, issued),
      assert: (/** @type {object} */ body) => server('assert', { body }, issued),
      refresh: (/** @type {string} */ token) => server('refresh', { token }, issued),
      revoke: (/** @type {string} */ token) => server('revoke', { token }, () => ({})),
    },
    clock: { wall: () => wall, monotonic: () => wall - START },
    newLabel: () => next('label'),
    inTurn: (/** @type {() => Promise<Json>} */ work) => work(),
    onStep: (/** @type {Json} */ { keyed: hasKey, ...step }) => {
      visited.add(`${hasKey ? 'keyed' : 'keyless'} ${step.rung} ${step.answer}`);
      steps.push(JSON.parse(JSON.stringify(step)));
    },
  };
  const ended = await runEpisode(surroundings, mustProve).then(
    (/** @type {Json} */ { token: session, label, key }) => ({ session, label, key }),
    (/** @type {unknown} */ error) => {
      if (!(error instanceof ClientError)) throw error;
      const { type, status, retryAfterMs, code, action } = /** @type {Json} */ (error);
      return { error: type, status, retryAfterMs, code, action };
    },
  );
  for (const [call, left] of Object.entries(lists))
    if (left.length > 0) problems.push(`episodes.json: “${name}” leaves ${left.length} answers of ${call}`);
  return { calls, steps, stored: kept, ended };
}

/** What is made of a case, by the name of its file. @type {Readonly<Record<string, (given: Json, name: string) => Json>>} */
const FILES = {
  bytes: bytesOf,
  lines: linesOf,
  fields: ({ proof, ...given }) => ({ field: lines.proofField(proof, given) }),
  needs: ({ field }) => ({ needs: readNeeds(field) }),
  targets: targetOf,
  'key-ids': ({ leaf }) => orError(() => ({ keyId: keyIdOfLeaf(leaf) })),
  episodes: episodeOf,
};

/** Columns of a line. */
const WIDTH = 110;

/**
 * JSON as the formatter of this repository has it: on one line where that fits.
 *
 * @param {Json} value @param {string} [indent] @param {number} [before] columns that are taken on its first line
 * @returns {string}
 */
function written(value, indent = '', before = 0) {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const [open, close] = isList ? '[]' : '{}';
  const key = (/** @type {string} */ name) => (isList ? '' : `${JSON.stringify(name)}: `);
  const inner = `${indent}  `;
  const parts = members.map(
    ([name, member]) => key(name) + written(member, inner, inner.length + key(name).length + 1),
  );
  if (parts.length === 0) return `${open}${close}`;
  const space = isList ? '' : ' ';
  const line = `${open}${space}${parts.join(', ')}${space}${close}`;
  const isTable =
    isList &&
    parts.length > 1 &&
    value.every(
      (each) =>
        typeof each === 'object' &&
        Object.values(each ?? {}).filter((member) => member !== undefined).length > 1,
    );
  if (!isTable && !line.includes('\n') && before + line.length + 1 <= WIDTH) return line;
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}

/** @type {string[]} */
const differing = [];
let count = 0;

/** @param {string} name @param {Json} value */
function give(name, value) {
  const file = new URL(`${name}.json`, folder);
  const text = `${written(value)}\n`;
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) differing.push(`${name}.json`);
}

for (const [name, make] of Object.entries(FILES)) {
  const { about, cases } = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
  const renewed = [];
  for (const { name: title, given } of /** @type {Case[]} */ (cases))
    renewed.push({ name: title, given, expected: await make(given, title) });
  const names = new Set(renewed.map((each) => each.name));
  if (renewed.length === 0 || names.size < renewed.length)
    problems.push(`${name}.json has no case, or two of one name`);
  count += renewed.length;
  give(name, { about, cases: renewed });
}
give('ladder', {
  about: 'What follows an answer on a rung, and what an episode may cost.',
  rungs: RUNGS,
  ladder: LADDER,
  limits: LIMITS,
});

const cells = Object.entries(LADDER).flatMap(([kind, rows]) =>
  Object.entries(rows).flatMap(([rung, row]) =>
    Object.keys(row).map((answer) => `${kind} ${rung} ${answer}`),
  ),
);
for (const cell of cells) if (!visited.has(cell)) problems.push(`episodes.json: no episode visits ${cell}`);

console.log(`client vectors: ${count} cases, ${cells.length} cells of the ladder`);
for (const name of differing)
  console.error(
    `  vectors/client/${name} is not what the client makes of it: run node tools/client-vectors.js`,
  );
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = differing.length + problems.length > 0 ? 1 : 0;
