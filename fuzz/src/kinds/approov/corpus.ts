// Why this exists: mutants are as good as what they are made from. These are genuine tokens of every algorithm and shape, and
// the published ones.
import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { JwsAlgorithm } from 'attestkit';
import type { ApproovTokenExpectations } from 'attestkit/approov';
import { NOW, SECONDS } from '../../run/now.js';
import type { Random } from '../../run/random.js';
import { vectorText } from '../../run/vectors.js';
import type { Subject } from '../../subject/subject.js';

/** Tokens that are verified with the same keys. */
export interface Group extends Made {
  /** Verifies as the guard does, with a memory of headers and tokens. */
  readonly remembering: (token: string) => unknown;
}

interface Made {
  readonly name: string;
  readonly expected: ApproovTokenExpectations & Held & { readonly now: number };
  /** Genuine ones. */
  readonly tokens: readonly string[];
  /** For HS256 only. */
  readonly sign: ((signingInput: string) => Buffer) | undefined;
  readonly publicPem: string | undefined;
  /** What a person needs to verify a finding again. */
  readonly key: string;
}

/** What a token must say, if that is checked. */
interface Held {
  readonly issuer?: string;
  readonly audience?: string;
}

/** Groups that are fuzzed all the time, and groups whose verification costs more. */
interface Corpus {
  readonly common: readonly Group[];
  readonly rare: readonly Group[];
}

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

export function createCorpus(subject: Subject, random: Random): Corpus {
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
    ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const).map((algorithm) =>
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

function body(): Promise<Uint8Array> {
  return Promise.resolve(new Uint8Array());
}

/** Throws unless the tokens are genuine; afterwards the guard's evidence remembers them. */
function ready(subject: Subject, group: Made): Group {
  const { keys, issuer, audience, now } = group.expected;
  const held = { ...(issuer && { issuer }), ...(audience && { audience }) };
  const evidence = subject.approov({ keys, ...held, cache: 64 });
  const context = {
    request: REQUEST,
    demand: undefined,
    now,
    clock: () => now,
    enforcement: 'enforce' as const,
    results: {},
    body,
  };
  const remembering = (token: string) => evidence.verify(token, context);
  if (group.tokens.length === 0) throw new Error(`there is no token of ${group.name}`);
  for (const token of group.tokens) remembering(token);
  return { ...group, remembering };
}

function secretGroup(subject: Subject, name: string, secrets: Buffer[], held: Held = {}): Made {
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

function hmacGroup(subject: Subject, algorithm: 'HS384' | 'HS512', secret: Buffer): Made {
  const secretBase64 = secret.toString('base64');
  const expected = { keys: subject.approovKeys({ secretBase64, algorithm }), now: NOW };
  const tokens = CLAIMS.map((claims) =>
    subject.mintApproovToken({ secretBase64, algorithm, now: NOW, claims }),
  );
  return { name: algorithm, expected, tokens, sign: undefined, publicPem: undefined, key: secretBase64 };
}

/** `kid`: where given, the key comes from a JWK Set */
function keyPairGroup(
  subject: Subject,
  algorithm: Exclude<JwsAlgorithm, `HS${string}`>,
  privateKey: KeyObject,
  kid?: string,
): Made {
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

/** The tokens of the published collections that are genuine at NOW. */
function publishedGroup(subject: Subject): Made[] {
  const text = vectorText('approov', 'token-requests.json');
  if (text === undefined) return [];
  const requests: { secretBase64: string; headers: Record<string, string> }[] = JSON.parse(text);
  const secretBase64 = requests.find((request) => request.secretBase64)?.secretBase64;
  const keys = subject.approovKeys({ secretBase64, allowPublishedSecret: true });
  const expected = { keys, now: NOW };
  const tokens = [...new Set(requests.map(({ headers }) => headers['Approov-Token'] ?? ''))].filter(
    (token) => subject.inspectApproovToken(token, expected).verdict === 'pass',
  );
  const sign = hmacOf(Buffer.from(secretBase64 ?? '', 'base64'));
  return [{ name: 'published', expected, tokens, sign, publicPem: undefined, key: 'the published secret' }];
}

function hmacOf(secret: Buffer): (signingInput: string) => Buffer {
  return (signingInput) => createHmac('sha256', secret).update(signingInput, 'latin1').digest();
}
