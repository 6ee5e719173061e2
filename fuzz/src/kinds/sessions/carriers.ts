// Why this exists: what a client carries between calls: session tokens, challenges and refresh tokens, made as the server makes
// them, each with the code that reads it.
import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { NOW } from '../../run/now.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';
import { onlyAgain, type Carrier } from './carrier.js';
import { CLAIMS, DEVICE, ISSUER } from './claims.js';
import { signedRequests } from './signed-requests.js';

const LIFETIME_MS = 300_000;
/** How far the clock of the server that issued a challenge may be ahead. */
const MARGIN_MS = 60_000;
/** The last generation of a family of refresh tokens: 32 bits hold one more, but that has no successor. */
const LAST_GENERATION = 0xffff_fffe;

type Keys = ReturnType<Subject['readSecrets']>;
type DerivedKey = ReturnType<Subject['deriveKeys']>[number];

export function createCarriers(subject: Subject, random: Random): readonly Carrier[] {
  const [mine, theirs, third] = [2, 1, 1].map((count) => secretsOf(subject, random, count));
  if (!mine || !theirs || !third) throw new Error('there are no secrets');
  return [
    ...sessionTokens(subject, mine, theirs, third),
    ...challenges(subject, mine, theirs),
    refreshTokens(subject, mine, theirs),
    ...signedRequests(subject),
  ];
}

function secretsOf(subject: Subject, random: Random, count: number): Keys {
  const texts = Array.from({ length: count }, () => random.bytes(48).toString('base64'));
  return subject.readSecrets(texts, 'secret');
}

function sessionTokens(subject: Subject, mine: Keys, theirs: Keys, third: Keys): Carrier[] {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const pem = ed.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const [first] = subject.deriveKeys(mine, subject.LABELS.session);
  if (first === undefined) throw new Error('there is no key');
  const kid = Buffer.from(first.id).toString('base64url');
  const sign = (header: object, claims: unknown) => {
    const whole = { alg: 'HS256', typ: 'attested-session+jwt', kid, ...header };
    const input = [whole, claims]
      .map((each) => Buffer.from(JSON.stringify(each)).toString('base64url'))
      .join('.');
    return `${input}.${createHmac('sha256', first.key).update(input).digest('base64url')}`;
  };
  const pairs = [
    [subject.sessionKeys('secret', mine), undefined],
    [subject.sessionKeys({ algorithm: 'ES256', privateKey: ec.privateKey }, mine), undefined],
    [subject.sessionKeys([{ algorithm: 'EdDSA', privateKey: ed.privateKey }, 'secret'], third), pem],
  ] as const;
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
    const genuine = all.map((claims) => String(keys.sign(claims as never)));
    return {
      name: `session token ${index}`,
      genuine,
      verify: (text) => subject.verifySessionToken(text, expected),
      remembering: (text) => verifier.verify(text, NOW),
      inspect: (text) => subject.inspectSessionToken(text, expected),
      mayBeAccepted: onlyAgain(genuine),
      fields: [],
      forged: all.map((claims) => String(subject.sessionKeys('secret', theirs).sign(claims as never))),
      sign: index === 0 ? sign : undefined,
      publicPem,
    };
  });
}

function challenges(subject: Subject, mine: Keys, theirs: Keys): Carrier[] {
  const [keys, others] = [mine, theirs].map((secrets) =>
    subject.deriveKeys(secrets, subject.LABELS.challenge),
  );
  const refresh = subject.deriveKeys(mine, subject.LABELS.refresh);
  if (keys === undefined || others === undefined) throw new Error('there are no keys');
  const purposes = ['attest', 'assert', 'request'] as const;
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
        // The key of another use, and a stranger's key with the name of ours.
        subject.issueChallenge(refresh, issue),
        subject.issueChallenge([{ ...others[0], id: keys[0]?.id }].map(asKey), issue),
        ...wrong.map((each) => subject.issueChallenge(keys, each)),
      ],
      sign: undefined,
      publicPem: undefined,
    };
  });
}

function asKey(key: { id: Uint8Array | undefined; key?: DerivedKey['key'] }): DerivedKey {
  return key as DerivedKey;
}

function refreshTokens(subject: Subject, mine: Keys, theirs: Keys): Carrier {
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
      // A stranger's key with the name of ours, and the key of another use.
      subject.refreshToken(asKey({ ...stranger, id: key.id }), first),
      ...subject.deriveKeys(mine, subject.LABELS.challenge).map((each) => subject.refreshToken(each, first)),
      // No family reaches this generation, because its successor would not fit.
      subject.refreshToken(key, { ...first, generation: LAST_GENERATION + 1 }),
    ],
    sign: undefined,
    publicPem: undefined,
  };
}
