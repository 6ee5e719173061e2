// Why this exists: mutants of Firebase App Check tokens: of the text, and of the content of tokens signed with the right key.
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { jsonEdits } from '../../mutators/json-edits.js';
import { typesLike } from '../../mutators/media-types.js';
import { tokenEdits } from '../../mutators/token-edits.js';
import { member } from '../../readers/json.js';
import { isTyp } from '../../readers/media-type.js';
import type { Mutant, Target } from '../../rules/mutant.js';
import { NOW, SECONDS } from '../../run/now.js';
import type { Random } from '../../run/random.js';
import type { Subject } from '../../subject/subject.js';

const DAY = 86_400;
const PROJECT = '123456789012';
const APP_IDS = [`1:${PROJECT}:android:0a1b2c3d4e5f`, `1:${PROJECT}:ios:ffffffff`];
const ISSUER = `https://firebaseappcheck.googleapis.com/${PROJECT}`;
const AUDIENCE = `projects/${PROJECT}`;

const HEAD = { alg: 'RS256', typ: 'JWT', kid: 'k1' };
const CLAIMS = {
  iss: ISSUER,
  aud: [AUDIENCE, 'projects/example-id'],
  sub: APP_IDS[0],
  iat: SECONDS - 60,
  exp: SECONDS + 3540,
  jti: 'session',
  provider: 'play_integrity',
};
const HEADERS = [
  { alg: 'none' },
  { alg: 'HS256' },
  { alg: 'PS256' },
  { alg: 'RS512' },
  { typ: 'at+jwt' },
  ...typesLike('JWT'),
  { typ: undefined },
  { crit: ['exp'] },
  { crit: [] },
  { kid: 'k2' },
  { kid: 1 },
  { kid: undefined },
  { jwk: {} },
  { x5c: [] },
];
const EDGES = [
  { exp: SECONDS },
  { exp: SECONDS - 0.001 },
  { iat: SECONDS + 60.5 },
  { iat: SECONDS - 7 * DAY },
  { exp: SECONDS + 7 * DAY },
  { nbf: SECONDS + 1 },
  { aud: AUDIENCE },
  { aud: ['projects/example-id'] },
  { aud: [[AUDIENCE]] },
  { iss: `${ISSUER}/` },
  { iss: [ISSUER] },
  { iss: 'https://firebaseappcheck.googleapis.com/1' },
  { sub: `1:${PROJECT}:android:ffff` },
  { sub: [APP_IDS[0]] },
  { sub: '' },
  { iat: undefined },
  { exp: undefined },
  { iat: SECONDS + 60, exp: SECONDS + 60 },
  { iat: SECONDS + 60, exp: SECONDS + 1 },
  { exp: SECONDS + 240 },
  { jti: undefined },
  { provider: 'debug' },
  { provider: 'Debug' },
  { provider: ['debug'] },
  { provider: null },
  { provider: 'unknown' },
  { provider: undefined },
];

const ODD_CLAIMS = 'signed: odd claims';
const AT_EDGES = 'signed: at the edges';
const ODD_HEADER = 'signed: odd header';
const REPEATED = 'signed: repeated names';
const HELD_TO_OTHER = 'hold to something else';

export function appCheckTarget(subject: Subject, random: Random): Target {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = createPublicKey(privateKey);
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }] };
  const project = { projectNumber: PROJECT, appIds: APP_IDS };
  const expected = { ...project, jwks, now: NOW };
  const keys = subject.configuredKeys('RS256', [{ algorithm: 'RS256', kid: 'k1', key: publicKey }]);
  const remembering = subject.createVerifier({ ...project, keys, cache: 64 });
  const signed = (header: string, payload: string): string => {
    const input = [header, payload].map((part) => Buffer.from(part).toString('base64url')).join('.');
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
  };
  const tokens = [{}, { jti: 'once', exp: SECONDS + 240 }, { sub: APP_IDS[1] }].map((more) =>
    signed(JSON.stringify(HEAD), JSON.stringify({ ...CLAIMS, ...more })),
  );
  for (const token of tokens) remembering(token, NOW);
  return {
    about: `${tokens.length} tokens of a key of our own`,
    names: [...Object.keys(tokenEdits), ODD_CLAIMS, AT_EDGES, ODD_HEADER, REPEATED, HELD_TO_OTHER],
    make(mutator) {
      const from = random.pick(tokens);
      const token = makeOne(mutator, from);
      if (mutator === HELD_TO_OTHER) return heldToOther(token);
      const isSigned = mutator.startsWith('signed: ');
      return {
        length: token.length,
        verify: () => subject.verifyAppCheckToken(token, expected),
        remembering: () => remembering(token, NOW),
        inspect: () => subject.inspectAppCheckToken(token, expected),
        mayBeAccepted: () => {
          if (tokens.includes(token)) return 'it came out as a genuine one';
          return isSigned && isInOrder(token) ? 'signed again, and in order' : undefined;
        },
        mustBeAccepted: () => tokens.includes(token),
        shown: () => ({ from, token, jwks, now: NOW }),
      };
    },
  };

  function heldToOther(token: string): Mutant {
    const other = random.pick([
      { projectNumber: '123456789013' },
      { appIds: [`1:${PROJECT}:web:0a1b2c3d4e5f`] },
      { now: NOW + 3_540_000 },
      { now: NOW - 121_000 },
    ]);
    const held = { ...expected, ...other };
    return {
      length: token.length,
      verify: () => subject.verifyAppCheckToken(token, held),
      remembering: () =>
        subject.createVerifier({ projectNumber: held.projectNumber, appIds: held.appIds, keys })(
          token,
          held.now,
        ),
      inspect: () => subject.inspectAppCheckToken(token, held),
      mayBeAccepted: () => undefined,
      mustBeAccepted: () => false,
      shown: () => ({ token, expected: held }),
    };
  }

  function makeOne(mutator: string, from: string): string {
    const head = JSON.stringify(HEAD);
    switch (mutator) {
      case ODD_CLAIMS:
        return signed(head, JSON.stringify(random.pick(Object.values(jsonEdits))(random, CLAIMS)) ?? '');
      case AT_EDGES:
        return signed(
          head,
          JSON.stringify({ ...CLAIMS, ...random.pick(EDGES), ...(random.oneIn(3) && random.pick(EDGES)) }),
        );
      case ODD_HEADER:
        return signed(JSON.stringify({ ...HEAD, ...random.pick(HEADERS) }), JSON.stringify(CLAIMS));
      case REPEATED: {
        const payload = JSON.stringify(CLAIMS);
        const bad = random.pick(['"exp":1', '"sub":"x"', '"aud":[]', '"iss":null']);
        return signed(
          head,
          random.oneIn(2) ? payload.replace('{', `{${bad},`) : payload.replace(/\}$/, `,${bad}}`),
        );
      }
      case HELD_TO_OTHER:
        return from;
      default:
        return tokenEdits[mutator]?.(random, from, { publicPem }, random.pick(tokens)) ?? from;
    }
  }
}

/** Whether a token with a good signature may be accepted, worked out a second time from Firebase's words alone. */
function isInOrder(token: string): boolean {
  const [header, claims] = token.split('.').map((part): unknown => {
    try {
      return JSON.parse(Buffer.from(part, 'base64url').toString());
    } catch {
      return undefined;
    }
  });
  if (member(header, 'alg') !== 'RS256' || !isTyp(member(header, 'typ'), 'JWT')) return false;
  if (member(header, 'crit') !== undefined || !['k1', undefined].includes(member(header, 'kid') as string))
    return false;
  const [iss, aud, sub, iat, exp, nbf] = ['iss', 'aud', 'sub', 'iat', 'exp', 'nbf'].map((name) =>
    member(claims, name),
  );
  if (iss !== ISSUER || !Array.isArray(aud) || !aud.includes(AUDIENCE) || !APP_IDS.includes(String(sub)))
    return false;
  if (typeof sub !== 'string' || typeof iat !== 'number' || typeof exp !== 'number') return false;
  if (iat > SECONDS + 60 || exp <= SECONDS || exp <= iat || exp - iat > 7 * DAY) return false;
  const provider = member(claims, 'provider');
  if (provider === 'debug' || (provider !== undefined && typeof provider !== 'string')) return false;
  return nbf === undefined || (typeof nbf === 'number' && nbf <= SECONDS);
}
