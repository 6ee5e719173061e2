// @ts-check
// Why this exists: mutants are as good as what they are made from. This makes genuine tokens of every algorithm and
// shape, and takes the published ones beside them.
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { vectorText } from './vectors.js';

/** @typedef {import('./random.js').Random} Random */
/**
 * The code under test, handed in: the built package, or its sources.
 * @typedef {Pick<typeof import('attestkit/approov'), 'approov' | 'approovKeys' | 'verifyApproovToken' | 'inspectApproovToken'>
 *   & Pick<typeof import('attestkit-testing'), 'mintApproovToken'>
 *   & Pick<typeof import('attestkit'), 'AttestationError'>} Subject
 */
/**
 * Tokens that are verified with the same keys.
 * @typedef {object} Group
 * @property {string} name
 * @property {import('attestkit/approov').ApproovTokenExpectations & { now: number, issuer?: string, audience?: string }} expected
 * @property {string[]} tokens genuine ones
 * @property {(token: string) => unknown} remembering verifies as the guard does, with a memory of headers and tokens
 * @property {((signingInput: string) => Buffer) | undefined} sign for HS256 only
 * @property {string | undefined} publicPem
 * @property {string} key what a reader needs to verify a finding again
 */

/** @typedef {Omit<Group, 'remembering'>} Made */

/** The time of every run: 2026-01-01T00:00:00Z. */
const NOW = 1_767_225_600_000;

const SECONDS = NOW / 1000;

/** Claims as Approov documents them, from none to many. */
const CLAIMS = [
  {},
  { exp: SECONDS + 0.25, did: 'ExampleApproovTokenDID==' },
  {
    did: 'ExampleApproovTokenDID==',
    ip: '192.0.2.1',
    arc: 'EAM2W37PSU',
    anno: ['debug'],
    nbf: SECONDS,
    iat: SECONDS,
  },
  {
    embed: { 'recap:v2': { score: 0.9 } },
    sub: 'ü≠😀~~~~~',
    iss: 'account.approov.io',
    aud: 'api.example.com',
  },
];

/** @param {Subject} subject @param {Random} random @returns {{ common: readonly Group[], rare: readonly Group[] }} */
export function createCorpus(subject, random) {
  const common = [
    secretGroup(subject, 'HS256', [random.bytes(64)]),
    secretGroup(subject, 'HS256, two secrets', [random.bytes(32), random.bytes(48)]),
    secretGroup(subject, 'HS256, issuer and audience', [random.bytes(64)], {
      issuer: 'account.approov.io',
      audience: 'api.example.com',
    }),
    ...publishedGroup(subject),
  ];
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const rare = [
    hmacGroup(subject, 'HS384', random.bytes(64)),
    hmacGroup(subject, 'HS512', random.bytes(64)),
    .../** @type {const} */ (['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']).map((algorithm) =>
      keyPairGroup(subject, algorithm, rsa),
    ),
    keyPairGroup(subject, 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
    keyPairGroup(subject, 'ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey),
    keyPairGroup(subject, 'ES512', generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey),
    keyPairGroup(subject, 'EdDSA', generateKeyPairSync('ed25519').privateKey),
    keyPairGroup(subject, 'EdDSA', generateKeyPairSync('ed448').privateKey),
    keyPairGroup(subject, 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'one'),
  ];
  return {
    common: common.map((group) => ready(subject, group)),
    rare: rare.map((group) => ready(subject, group)),
  };
}

const REQUEST = { method: 'GET', target: '/', fields: () => [] };

function body() {
  return Promise.resolve(new Uint8Array());
}

/** Sees to it that the tokens are genuine, and that the guard's evidence remembers them. @param {Subject} subject @param {Made} group @returns {Group} */
function ready(subject, group) {
  const { keys, issuer, audience, now } = group.expected;
  const held = { ...(issuer && { issuer }), ...(audience && { audience }) };
  const evidence = subject.approov({ keys, ...held, cache: 64 });
  const context = {
    request: REQUEST,
    demand: undefined,
    now,
    enforcement: /** @type {const} */ ('enforce'),
    results: {},
    body,
  };
  /** @param {string} token */
  const remembering = (token) => evidence.verify(token, context);
  if (group.tokens.length === 0) throw new Error(`there is no token of ${group.name}`);
  for (const token of group.tokens) remembering(token);
  return { ...group, remembering };
}

/** @param {Subject} subject @param {string} name @param {Buffer[]} secrets @param {{ issuer?: string, audience?: string }} [held] @returns {Made} */
function secretGroup(subject, name, secrets, held = {}) {
  const texts = secrets.map((secret) => secret.toString('base64'));
  const expected = { keys: subject.approovKeys({ secretBase64: texts }), now: NOW, ...held };
  const own = { ...(held.issuer && { iss: held.issuer }), ...(held.audience && { aud: held.audience }) };
  const tokens = texts.flatMap((secretBase64) => [
    ...CLAIMS.map((claims) =>
      subject.mintApproovToken({
        secretBase64,
        now: NOW,
        claims: { ...claims, ...own },
        bind: 'Bearer example',
      }),
    ),
    subject.mintApproovToken({ secretBase64, now: NOW, claims: own, header: { kid: 'one', typ: undefined } }),
  ]);
  const [first = Buffer.alloc(0)] = secrets;
  return { name, expected, tokens, sign: hmacOf(first), publicPem: undefined, key: texts.join(' ') };
}

/** @param {Subject} subject @param {'HS384' | 'HS512'} algorithm @param {Buffer} secret @returns {Made} */
function hmacGroup(subject, algorithm, secret) {
  const secretBase64 = secret.toString('base64');
  const expected = { keys: subject.approovKeys({ secretBase64, algorithm }), now: NOW };
  const tokens = CLAIMS.map((claims) =>
    subject.mintApproovToken({ secretBase64, algorithm, now: NOW, claims }),
  );
  return { name: algorithm, expected, tokens, sign: undefined, publicPem: undefined, key: secretBase64 };
}

/**
 * @param {Subject} subject
 * @param {Exclude<import('attestkit').JwsAlgorithm, `HS${string}`>} algorithm
 * @param {import('node:crypto').KeyObject} privateKey
 * @param {string} [kid] where given, the key comes from a JWK Set
 * @returns {Made}
 */
function keyPairGroup(subject, algorithm, privateKey, kid) {
  const publicKey = createPublicKey(privateKey);
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const keys = subject.approovKeys(
    kid === undefined
      ? { publicKey: publicPem, algorithm }
      : { jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid }] }, algorithm },
  );
  const header = kid === undefined ? {} : { kid };
  const tokens = CLAIMS.map((claims) =>
    subject.mintApproovToken({ privateKey, algorithm, now: NOW, claims, header }),
  );
  return {
    name: algorithm,
    expected: { keys, now: NOW },
    tokens,
    sign: undefined,
    publicPem,
    key: publicPem,
  };
}

/** The tokens of the published collections that are genuine at NOW. @param {Subject} subject @returns {Made[]} */
function publishedGroup(subject) {
  const text = vectorText('approov', 'token-requests.json');
  if (text === undefined) return [];
  /** @type {{ secretBase64: string, headers: Record<string, string> }[]} */
  const requests = JSON.parse(text);
  const secretBase64 = requests.find((request) => request.secretBase64)?.secretBase64;
  const keys = subject.approovKeys({ secretBase64, allowPublishedSecret: true });
  const expected = { keys, now: NOW };
  const tokens = [...new Set(requests.map(({ headers }) => headers['Approov-Token'] ?? ''))].filter(
    (token) => subject.inspectApproovToken(token, expected).verdict === 'pass',
  );
  const sign = hmacOf(Buffer.from(secretBase64 ?? '', 'base64'));
  return [{ name: 'published', expected, tokens, sign, publicPem: undefined, key: 'the published secret' }];
}

/** @param {Buffer} secret @returns {(signingInput: string) => Buffer} */
function hmacOf(secret) {
  return (signingInput) => createHmac('sha256', secret).update(signingInput, 'latin1').digest();
}
