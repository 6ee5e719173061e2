// @ts-check
// Why this exists: a mobile developer makes a client from a description of the endpoints, so the description must be what they
// do. This writes packages/attestkit/openapi.json from the built library: the endpoints and their methods as a guard answers
// them, the statuses of each from the library's own table over every check, the members of bodies as the kinds of evidence
// name them. Sentences and forms are in tools/openapi-texts.js. It fails where the library has an endpoint, a status or a
// member that has no text, or a text is of nothing; with --check also where the file is not what it should be.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { catalogs } from './catalogs.js';
import * as words from './openapi-texts.js';

const { ENDPOINTS, HEADERS, INFO, KINDS, MEMBERS, PARAMETERS, REFUSALS, SCHEMAS, SERVERS, STATUSES } = words;

/** @typedef {{ kind: string, fields: string[], lists?: string[], proof?: { parameter: string } }} Kind */
/** @typedef {Record<string, unknown>} Json */

const file = new URL('../packages/attestkit/openapi.json', import.meta.url);
const dist = new URL('../packages/attestkit/dist/', import.meta.url);
/** @param {string} path @returns {Promise<any>} a module of the built library */
const load = (path) => import(new URL(path, dist).href);
/** @type {string[]} */
const problems = [];

/** @param {Readonly<Record<string, unknown>>} texts @param {readonly string[]} names @param {string} what */
function compare(texts, names, what) {
  for (const name of names) if (!(name in texts)) problems.push(`${what} ${name} has no text`);
  for (const name of Object.keys(texts))
    if (!names.includes(name)) problems.push(`there is no ${what} ${name}`);
}

/** One of each kind of evidence that a device can enroll with. @returns {Promise<Kind[]>} */
async function kinds() {
  const [
    { appAttest },
    { keyAttestation },
    play,
    { appCheckEnrollment },
    { signedToken },
    { developmentAttester },
  ] = await Promise.all(
    ['app-attest', 'key-attestation', 'play-integrity', 'app-check', 'signed-token', 'development'].map(
      (path) => load(`${path}/index.js`),
    ),
  );
  const { memoryStore } = await load('stores/memory.js');
  const digest = 'ab'.repeat(32);
  const packageName = 'com.example.app';
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const verificationKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const { remoteJwks } = await load('net/index.js');
  const keys = remoteJwks('https://keys.example.com', { algorithm: 'RS256' });
  return [
    appAttest({ appIds: ['TEAMID1234.com.example.app'] }),
    keyAttestation({ apps: [{ packageName, signingCertificates: [digest] }], revocations: 'not-checked' }),
    play.playIntegrity({
      apps: [
        {
          packageName,
          acceptedCertificates: [digest],
          keys: play.playIntegrityKeys({
            decryptionKey: randomBytes(32).toString('base64'),
            verificationKey,
          }),
        },
      ],
    }),
    appCheckEnrollment({
      projectNumber: '1',
      appIds: ['1:1:android:1'],
      keys,
      store: memoryStore(),
      allowUnbound: true,
    }),
    signedToken({ appIds: [packageName], keys }),
    developmentAttester({
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
      appIds: [packageName],
      environment: 'development',
    }),
  ];
}

/** The endpoints of a guard, and the method that each takes. @param {Kind[]} evidence @returns {Promise<[string, string][]>} */
async function endpoints(evidence) {
  const { createGuard } = await load('index.js');
  const { devices } = await load('devices/index.js');
  const { memoryStore } = await load('stores/memory.js');
  const secret = randomBytes(48).toString('base64');
  const guard = createGuard({
    devices: devices({
      // Keys of two kinds sign with `signature`: one guard takes one of them.
      evidence: evidence.filter(({ kind }) => kind !== 'development'),
      secret,
      store: memoryStore(),
      audience: 'https://api.example.com',
    }),
  });
  /** @type {{ route: string | undefined }[]} */
  const counters = guard.counters();
  const paths = [...new Set(counters.flatMap(({ route }) => route ?? []))];
  const asked = { method: 'TRACE', fields: () => [] };
  return Promise.all(
    paths.map(async (path) => {
      const { headers } = await guard.answer({ ...asked, target: path }, path);
      return /** @type {[string, string]} */ ([path, headers.allow.split(',')[0].toLowerCase()]);
    }),
  );
}

/** The statuses with which an endpoint can refuse. @param {string} name @param {string} method @returns {Promise<number[]>} */
async function refusalsOf(name, method) {
  const { statusOf } = await load('endpoints/status.js');
  const checks = (await catalogs()).flatMap((room) => room.checks);
  const statuses = new Set(checks.map((check) => Number(statusOf(name, check))));
  statuses.add(405);
  if (method === 'get') statuses.delete(413); // no body
  if (name === 'jwks.json') for (const status of [400, 429]) statuses.delete(status); // nothing that could be wrong
  return [...statuses].toSorted((a, b) => a - b);
}

/** @param {string} name @returns {Json} */
const ref = (name) => ({ $ref: `#/components/schemas/${name}` });
/** @param {string[]} required @param {string[]} [optional] @returns {Json} */
const object = (required, optional = []) => ({
  type: 'object',
  required,
  properties: Object.fromEntries([...required, ...optional].map((name) => [name, MEMBERS[name]])),
});

/** The schemas of the bodies of requests. @param {Kind[]} evidence @returns {Record<string, Json>} */
function bodies(evidence) {
  const proofs = evidence.flatMap(({ proof }) => proof?.parameter ?? []);
  const OPTIONAL = ['package_name'];
  const ofKinds = evidence.map(({ kind, fields }) => {
    const required = fields.filter((field) => !OPTIONAL.includes(field));
    return {
      title: KINDS[kind],
      ...object(
        required,
        fields.filter((field) => OPTIONAL.includes(field)),
      ),
    };
  });
  const previous = proofs.map((parameter) => `previous_${parameter}`);
  const named = evidence.flatMap(({ fields }) => fields);
  compare(
    KINDS,
    evidence.map(({ kind }) => kind),
    'kind of evidence',
  );
  for (const { lists = [] } of evidence)
    for (const name of lists) if (MEMBERS[name]?.['type'] !== 'array') problems.push(`${name} is a list`);
  const others = ['challenge', 'device_id', 'refresh_token', 'previous_key_id', 'token', 'key_id'];
  compare(MEMBERS, [...new Set([...named, ...proofs, ...previous, ...others])], 'member');
  return {
    AttestBody: {
      ...object(['challenge', 'device_id'], ['refresh_token', 'previous_key_id', ...previous]),
      anyOf: ofKinds,
      dependentSchemas: { previous_key_id: { anyOf: previous.map((name) => ({ required: [name] })) } },
    },
    AssertBody: {
      ...object(['challenge', 'device_id', 'key_id'], ['refresh_token']),
      anyOf: proofs.map((parameter) => object([parameter])),
    },
    RefreshBody: object(['refresh_token'], proofs),
    RevokeBody: object(['token']),
  };
}

/** @param {number} status @param {string} name of an endpoint @returns {Json} */
function refusal(status, name) {
  const special = REFUSALS[name]?.[status];
  const description = special ?? STATUSES[status];
  if (description === undefined) problems.push(`${name} ${status} has no text`);
  /** @type {Record<number, string[]>} */
  const fields = { 401: ['WWW-Authenticate'], 405: ['Allow'], 429: ['Retry-After'], 503: ['Retry-After'] };
  return {
    description,
    headers: headersOf(['Cache-Control', ...(fields[status] ?? [])]),
    content: { 'application/json': { schema: ref('Refusal') } },
  };
}

/** @param {string[]} names @returns {Json} */
const headersOf = (names) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const evidence = await kinds();
const rooms = readdirSync(dist).filter((room) => existsSync(new URL(`${room}/enrollment-evidence.js`, dist)));
for (const room of rooms) {
  const kind = room.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase());
  if (!evidence.some((each) => each.kind === kind))
    problems.push(`kinds() leaves out ${kind}, with which devices enroll`);
}
const found = await endpoints(evidence);
compare(
  ENDPOINTS,
  found.map(([path]) => path),
  'endpoint',
);
const paths = await Promise.all(
  found.map(async ([path, method]) => {
    const name = path.slice(1);
    const { answer, body, query = [], ...own } = ENDPOINTS[path] ?? { answer: '', summary: '' };
    const statuses = await refusalsOf(name, method);
    for (const status of Object.keys(REFUSALS[name] ?? {}))
      if (!statuses.includes(Number(status))) problems.push(`${name} never answers ${status}`);
    const operation = {
      operationId: name.replace('.json', ''),
      ...own,
      ...(query.length > 0 && { parameters: query.map((each) => PARAMETERS[each]) }),
      ...(body && {
        requestBody: { required: true, content: { 'application/json': { schema: ref(body) } } },
      }),
      responses: {
        200: {
          description: 'Done.',
          headers: headersOf(['Cache-Control']),
          content: { 'application/json': { schema: ref(answer) } },
        },
        ...Object.fromEntries(statuses.map((status) => [status, refusal(status, name)])),
      },
    };
    return [path, { [method]: operation }];
  }),
);

const { version } = JSON.parse(readFileSync(new URL('../package.json', dist), 'utf8'));
const text = `${JSON.stringify(
  {
    openapi: '3.1.0',
    info: { ...INFO, version },
    servers: SERVERS,
    security: [],
    paths: Object.fromEntries(paths),
    components: { schemas: { ...bodies(evidence), ...SCHEMAS }, headers: HEADERS },
  },
  undefined,
  2,
)}\n`;

if (problems.length === 0 && !process.argv.includes('--check')) writeFileSync(file, text);
else if (!existsSync(file) || readFileSync(file, 'utf8') !== text)
  problems.push(`${fileURLToPath(file)} is not what the library says: run npm run docs`);
console.log(`openapi: ${paths.length} endpoints, ${evidence.length} kinds of evidence`);
for (const problem of problems) console.error(`  ${problem}`);
process.exitCode = problems.length > 0 || paths.length === 0 ? 1 : 0;
