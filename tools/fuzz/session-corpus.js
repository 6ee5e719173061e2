// @ts-check
// Why this exists: what a client carries between calls: session tokens, challenges, refresh tokens, and the two header
// fields with an assertion; made as the server and the phone make them, each beside the code that reads it.
import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { readProofText } from './proof.js';

/** @typedef {import('./random.js').Random} Random */
/** @typedef {typeof import('../../packages/attestkit/dist/sessions/tokens/derived-keys.js')} Secrets */
/**
 * @typedef {Pick<typeof import('attestkit-testing'), 'createVirtualApple'>
 *   & Pick<typeof import('attestkit/app-attest'), 'appAttest'>
 *   & Pick<typeof import('attestkit'), 'AttestationError'>
 *   & Pick<typeof import('attestkit/sessions'), 'verifySessionToken' | 'inspectSessionToken' | 'requestBytes'>
 *   & Pick<Secrets, 'readSecrets' | 'deriveKeys' | 'LABELS'>
 *   & Pick<typeof import('../../packages/attestkit/dist/sessions/tokens/session-signer.js'), 'sessionKeys'>
 *   & Pick<typeof import('../../packages/attestkit/dist/sessions/tokens/session-verifier.js'), 'SessionVerifier'>
 *   & Pick<typeof import('../../packages/attestkit/dist/sessions/tokens/challenge.js'), 'issueChallenge' | 'authenticateChallenge'>
 *   & Pick<typeof import('../../packages/attestkit/dist/sessions/tokens/refresh-token.js'), 'refreshToken' | 'readRefreshToken'>
 *   & Pick<typeof import('../../packages/attestkit/dist/sessions/evidence/proof-field.js'), 'readAttestCredentials' | 'readProofField'>
 *   & Pick<typeof import('../../packages/attestkit/dist/sessions/evidence/proof-checks.js'), 'PROOF_CHECKS'>
 *   & Pick<typeof import('../../packages/attestkit/dist/kernel/sinks.js'), 'enforcing'>} Subject
 */
/**
 * Texts of one kind, and what reads them.
 * @typedef {object} Carrier
 * @property {string} name
 * @property {readonly string[]} genuine
 * @property {(text: string) => unknown} verify
 * @property {((text: string) => unknown) | undefined} remembering
 * @property {((text: string) => { verdict: 'pass' } | { verdict: 'fail', code: string }) | undefined} inspect
 * @property {(text: string) => string | undefined} mayBeAccepted
 * @property {readonly number[]} fields where fields begin, of what is bytes in base64url
 * @property {readonly string[]} forged made by one who has other secrets
 * @property {((header: object, claims: unknown) => string) | undefined} sign
 * @property {string | undefined} publicPem
 */

/** The time of every run: 2026-01-01T00:00:00Z. */
const NOW = 1_767_225_600_000;
export const SECONDS = NOW / 1000;
const DEVICE = 'device-1';
const LIFETIME_MS = 300_000;
/** What a server with a clock that is ahead gives a challenge beyond its lifetime, and is still believed. */
const MARGIN_MS = 60_000;
const ISSUER = 'https://api.example.com';
const ASKED = {
  audience: ISSUER,
  method: 'POST',
  target: '/v2/transfers?to=bob',
  body: Buffer.from('{"cents":100}'),
};

/** Of a family of refresh tokens: 32 bits hold one more, which has no successor. */
const LAST_GENERATION = 0xffff_fffe;

/** What a session token says. */
export const CLAIMS = {
  type: 'attested_session',
  device_id: DEVICE,
  iat: SECONDS - 10,
  exp: SECONDS + 1790,
  jti: 'AAAAAAAAAAAAAAAAAAAAAA',
  sid: 'BBBBBBBBBBBBBBBBBBBBBB',
  rid: 'CCCCCCCCCCCCCCCCCCCCCC',
  kind: 'app-attest',
  attestation: {
    platform: 'ios',
    app_id: 'TEAMID1234.com.example.app',
    environment: 'production',
    attested_at: 1_795_000_000,
    facts: {},
  },
  cnf: { jkt: 'DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD' },
  iss: ISSUER,
  aud: ISSUER,
};

/** @param {Subject} subject @param {Random} random @returns {readonly Carrier[]} */
export function createCarriers(subject, random) {
  const [mine, theirs, third] = [2, 1, 1].map((count) => secretsOf(subject, random, count));
  if (!mine || !theirs || !third) throw new Error('there are no secrets');
  return [
    ...sessionTokens(subject, mine, theirs, third),
    ...challenges(subject, mine, theirs),
    refreshTokens(subject, mine, theirs),
    ...signedRequests(subject),
  ];
}

/** @typedef {ReturnType<Subject['readSecrets']>} Keys */

/** @param {Subject} subject @param {Random} random @param {number} count @returns {Keys} */
function secretsOf(subject, random, count) {
  const texts = Array.from({ length: count }, () => random.bytes(48).toString('base64'));
  return subject.readSecrets(texts, 'secret');
}

/** Carries the text again or not at all. @param {readonly string[]} genuine @returns {(text: string) => string | undefined} */
const onlyAgain = (genuine) => (text) =>
  genuine.includes(text) ? 'it came out as a genuine one' : undefined;

/** @param {Subject} subject @param {Keys} mine @param {Keys} theirs @param {Keys} third @returns {Carrier[]} */
function sessionTokens(subject, mine, theirs, third) {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const pem = ed.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const [first] = subject.deriveKeys(mine, subject.LABELS.session);
  if (first === undefined) throw new Error('there is no key');
  const kid = Buffer.from(first.id).toString('base64url');
  /** @param {object} header @param {unknown} claims */
  const sign = (header, claims) => {
    const whole = { alg: 'HS256', typ: 'attested-session+jwt', kid, ...header };
    const input = [whole, claims]
      .map((each) => Buffer.from(JSON.stringify(each)).toString('base64url'))
      .join('.');
    return `${input}.${createHmac('sha256', first.key).update(input).digest('base64url')}`;
  };
  const pairs = /** @type {const} */ ([
    [subject.sessionKeys('secret', mine), undefined],
    [subject.sessionKeys({ algorithm: 'ES256', privateKey: ec.privateKey }, mine), undefined],
    [subject.sessionKeys([{ algorithm: 'EdDSA', privateKey: ed.privateKey }, 'secret'], third), pem],
  ]);
  return pairs.map(([keys, publicPem], index) => {
    const expected = { keys: keys.source, issuer: ISSUER, audience: ISSUER, now: NOW };
    const verifier = new subject.SessionVerifier(
      keys.source,
      { issuers: [ISSUER], audiences: [ISSUER], leewaySeconds: 0 },
      64,
    );
    const all = [
      CLAIMS,
      { ...CLAIMS, sub: 'alice', bnd: { ip: 'AAAA' } },
      { ...CLAIMS, cnf: undefined, aud: [ISSUER, 'x'] },
    ];
    const genuine = all.map((claims) => String(keys.sign(/** @type {never} */ (claims))));
    return {
      name: `session token ${index}`,
      genuine,
      verify: (text) => subject.verifySessionToken(text, expected),
      remembering: (text) => verifier.verify(text, NOW),
      inspect: (text) => subject.inspectSessionToken(text, expected),
      mayBeAccepted: onlyAgain(genuine),
      fields: [],
      forged: all.map((claims) =>
        String(subject.sessionKeys('secret', theirs).sign(/** @type {never} */ (claims))),
      ),
      sign: index === 0 ? sign : undefined,
      publicPem,
    };
  });
}

/** @param {Subject} subject @param {Keys} mine @param {Keys} theirs @returns {Carrier[]} */
function challenges(subject, mine, theirs) {
  const [keys, others] = [mine, theirs].map((secrets) =>
    subject.deriveKeys(secrets, subject.LABELS.challenge),
  );
  const refresh = subject.deriveKeys(mine, subject.LABELS.refresh);
  if (keys === undefined || others === undefined) throw new Error('there are no keys');
  const purposes = /** @type {const} */ (['attest', 'assert', 'request']);
  return purposes.map((purpose) => {
    const issue = { deviceId: DEVICE, purpose, expiresAt: NOW + LIFETIME_MS };
    const latest = { ...issue, expiresAt: issue.expiresAt + MARGIN_MS };
    const expected = { deviceId: DEVICE, purpose, now: NOW, lifetimeMs: LIFETIME_MS };
    const genuine = [issue, latest].flatMap((each) =>
      [keys, keys.toReversed()].map((secrets) => subject.issueChallenge(secrets, each)),
    );
    const wrong = [
      { ...issue, deviceId: 'device-2' },
      { ...issue, deviceId: '' },
      { ...issue, expiresAt: NOW },
      { ...issue, expiresAt: 0 },
      { ...latest, expiresAt: latest.expiresAt + 1 },
      { ...issue, expiresAt: 2 ** 48 - 1 },
      ...purposes.filter((each) => each !== purpose).map((each) => ({ ...issue, purpose: each })),
    ];
    return {
      name: `challenge to ${purpose}`,
      genuine,
      verify: (text) => subject.authenticateChallenge(keys, text, expected, subject.enforcing),
      remembering: undefined,
      inspect: undefined,
      mayBeAccepted: onlyAgain(genuine),
      fields: [0, 1, 5, 6, 12, 44],
      forged: [
        subject.issueChallenge(others, issue),
        // The key of another use, and a stranger's key under the name of ours.
        subject.issueChallenge(refresh, issue),
        subject.issueChallenge([{ ...others[0], id: keys[0]?.id }].map(asKey), issue),
        ...wrong.map((each) => subject.issueChallenge(keys, each)),
      ],
      sign: undefined,
      publicPem: undefined,
    };
  });
}

/** @typedef {import('../../packages/attestkit/dist/sessions/tokens/derived-keys.js').DerivedKey} DerivedKey */

/** @param {{ id: Uint8Array | undefined, key?: DerivedKey['key'] }} key @returns {DerivedKey} */
function asKey(key) {
  return /** @type {DerivedKey} */ (key);
}

/** @param {Subject} subject @param {Keys} mine @param {Keys} theirs @returns {Carrier} */
function refreshTokens(subject, mine, theirs) {
  const [keys, others] = [mine, theirs].map((secrets) => subject.deriveKeys(secrets, subject.LABELS.refresh));
  if (keys === undefined || others === undefined) throw new Error('there are no keys');
  const [key, stranger] = [keys[0], others[0]];
  if (key === undefined || stranger === undefined) throw new Error('there is no key');
  const labelDigest = createHash('sha256').update(DEVICE).digest('base64url');
  const claims = ['AAAAAAAAAAAAAAAAAAAAAA', '_____________________w'].flatMap((sid) =>
    [0, 1, LAST_GENERATION].map((generation) => ({ labelDigest, sid, generation })),
  );
  const genuine = keys.flatMap((each) => claims.map((claim) => subject.refreshToken(each, claim)));
  const first = { labelDigest, sid: 'AAAAAAAAAAAAAAAAAAAAAA', generation: 0 };
  return {
    name: 'refresh token',
    genuine,
    verify: (text) => subject.readRefreshToken(keys, text, subject.enforcing),
    remembering: undefined,
    inspect: undefined,
    mayBeAccepted: onlyAgain(genuine),
    fields: [0, 1, 5, 37, 53, 57],
    forged: [
      subject.refreshToken(stranger, first),
      // A stranger's key under the name of ours, and the key of another use.
      subject.refreshToken(asKey({ ...stranger, id: key.id }), first),
      ...subject.deriveKeys(mine, subject.LABELS.challenge).map((each) => subject.refreshToken(each, first)),
      // What no family gets to: its successor would not fit.
      subject.refreshToken(key, { ...first, generation: LAST_GENERATION + 1 }),
    ],
    sign: undefined,
    publicPem: undefined,
  };
}

/** The fields of two phones, with and without a challenge; read as the guard does, but for what the store has to say. @param {Subject} subject @returns {Carrier[]} */
function signedRequests(subject) {
  const apple = subject.createVirtualApple({ now: () => NOW });
  const appId = 'TEAMID1234.com.example.app';
  const keys = ['27.0', '18.5'].map((osVersion) => apple.createIPhone({ appId, osVersion }).generateKey());
  const evidence = [1, 1000].map((cache) => subject.appAttest({ appIds: [appId], cache }));
  const challenge = createHash('sha256').update('a challenge').digest('base64url');
  const signed = keys.flatMap((key) =>
    [undefined, challenge].map((each) => key.signRequest({ ...ASKED, ...(each && { challenge: each }) })),
  );
  const enrolled = keys.map((key) => ({
    kind: 'app-attest',
    appId,
    key: {
      id: Buffer.from(key.keyId, 'base64').toString('base64url'),
      thumbprint: '',
      publicKey: Buffer.from(key.publicKey).toString('base64url'),
    },
  }));
  /** @param {'readAttestCredentials' | 'readProofField'} read @param {number} index */
  const verifying = (read, index) => (/** @type {string} */ text) => {
    const field = subject[read](text, subject.enforcing);
    const known = enrolled.find(({ key }) => key.id === field.keyId);
    if (known === undefined || field.proofParameter !== 'assertion')
      throw new subject.AttestationError(subject.PROOF_CHECKS.keyKnown);
    const clientData = subject.requestBytes({ ...ASKED, challenge: field.challenge });
    return evidence[index]?.proof?.verify(known, clientData, field.proof);
  };
  const fields = /** @type {const} */ ([
    ['Authorization: Attest', 'readAttestCredentials', 'authorization', ','],
    ['X-App-Attest', 'readProofField', 'xAppAttest', ';'],
  ]);
  return fields.map(([name, read, member, separator]) => {
    const genuine = signed.map((each) => each[member]);
    return {
      name,
      genuine,
      verify: verifying(read, 0),
      remembering: verifying(read, 1),
      inspect: undefined,
      mayBeAccepted: (text) => readProofText(text, separator, genuine),
      fields: [],
      forged: keys.map((key) => key.signRequest({ ...ASKED, body: 'another body' })[member]),
      sign: undefined,
      publicPem: undefined,
    };
  });
}
