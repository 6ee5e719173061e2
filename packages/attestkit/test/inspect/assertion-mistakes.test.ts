import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { encode } from 'cborg';
import { describe, expect, it } from 'vitest';
import { readCbor, type CborMap } from '../../src/kernel/bytes/cbor.js';
import { inspectEvidence } from '../../src/inspect/index.js';
import { requestBytes, sessionBytes } from '../../src/sessions/index.js';
import { clientDataMistakes } from '../../src/sessions/evidence/line-mistakes.js';
import { APP_ID, base64, key, spki } from './support/app-attest-files.js';

const CODE = 'ERR_APP_ATTEST_ASSERTION_SIGNATURE_INVALID';
const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();
const AUDIENCE = 'https://api.example.com';
/** As the server received it. */
const BODY = '{"to":"a/b","amount":100,"note":"é"}';
const REQUEST = {
  audience: AUDIENCE,
  method: 'POST',
  target: '/transfers/a%20b?dry=1',
  body: Buffer.from(BODY),
};
const LINES = requestBytes(REQUEST);
const TEXT = Buffer.from(LINES).toString();
const CHALLENGED = Buffer.from(requestBytes({ ...REQUEST, challenge: 'AQAB' })).toString();
const bodyDigest = sha256(BODY);
const withDigest = (digest: string): string => TEXT.replace(bodyDigest.toString('base64url'), digest);
const withBody = (body: string): string => withDigest(sha256(body).toString('base64url'));

function inspected(assertion: Uint8Array, members: object = { clientDataText: TEXT, bodyText: BODY }) {
  const file = { kind: 'app-attest-assertion', appId: APP_ID, publicKey: spki, previousCounter: 0 };
  return inspectEvidence({ ...file, assertion: base64(assertion), ...members });
}

function detailOf(...given: Parameters<typeof inspected>): string {
  const report = inspected(...given);
  expect(report).toMatchObject({ verdict: 'fail', code: CODE });
  expect(report.checks.filter(({ ok }) => !ok)).toHaveLength(1);
  return report.checks.find(({ code }) => code === CODE)?.detail ?? '';
}

describe('an assertion of which the app gave to generateAssertion', () => {
  const digest = sha256(TEXT);

  it.each<[string, Uint8Array, RegExp]>([
    ['the lines, not hashed', LINES, /: the app gave the client data itself to generateAssertion/],
    ['the lines hashed twice', sha256(digest), /: the app hashed the client data twice/],
    [
      'the hexadecimal digest as text',
      Buffer.from(digest.toString('hex')),
      /the text of the hexadecimal digest/,
    ],
    ['the base64 digest as text', Buffer.from(digest.toString('base64')), /the text of the base64 digest/],
    [
      'the base64url digest as text',
      Buffer.from(digest.toString('base64url')),
      /the text of the base64url digest/,
    ],
  ])('%s says so', (_, clientDataHash, says) => {
    const detail = detailOf(key.assert({ clientDataHash }));
    expect(detail.split('. Likely mistake')[1]).toMatch(says);
  });

  it('the hash twice says so where only the hash is known', () => {
    const members = { clientDataHash: base64(digest) };
    const twice = key.assert({ clientDataHash: sha256(digest) });
    expect(detailOf(twice, members)).toMatch(/hashed the client data twice/);
    expect(detailOf(key.assert({ clientData: 'other' }), members)).not.toContain('Likely');
  });
});

/** What the app signed instead of the lines, and what the operator is told. */
const LINE_MISTAKES: readonly (readonly [name: string, signed: string, says: RegExp, lines?: string])[] = [
  ['the target without its query', TEXT.replace('?dry=1', ''), /the target without its query/],
  ['an absolute URL', TEXT.replace('/transfers', `${AUDIENCE}/transfers`), /an absolute URL as the target/],
  ['the target decoded', TEXT.replace('a%20b', 'a b'), /the target decoded/],
  [
    'the audience with a slash',
    TEXT.replace(AUDIENCE, `${AUDIENCE}/`),
    /the audience with a slash at its end/,
  ],
  [
    'the audience without one',
    TEXT,
    /the audience without the slash/,
    TEXT.replace(AUDIENCE, `${AUDIENCE}/`),
  ],
  ['the audience without its scheme', TEXT.replace('https://', ''), /the audience without its scheme/],
  ['the method in small letters', TEXT.replace('POST', 'post'), /the method in small letters/],
  ['no empty last line', TEXT.slice(0, -1), /left the empty last line out/],
  ['no challenge', TEXT, /signed no challenge, but sent one/, CHALLENGED],
  ['a line feed behind the challenge', `${CHALLENGED}\n`, /a line feed at the end/, CHALLENGED],
  ['line ends of Windows', TEXT.replaceAll('\n', '\r\n'), /lines that end with CR LF/],
  ['the digest in hexadecimal', withDigest(bodyDigest.toString('hex')), /the hexadecimal digest of the body/],
  [
    'the digest in base64',
    withDigest(bodyDigest.toString('base64')),
    /the digest of the body in standard base64/,
  ],
  ['the digest with padding', withDigest(`${bodyDigest.toString('base64url')}=`), /of the body with padding/],
  ['the digest of nothing', withBody(''), /the digest of an empty body/],
  ['no digest', withDigest(''), /no digest of the body/],
  ['the body itself', withDigest(BODY), /the body itself/],
  [
    'the body with slashes escaped',
    withBody(BODY.replace('/', String.raw`\/`)),
    /with slashes escaped, as Swift/,
  ],
  [
    'the body sorted',
    withBody('{"amount":100,"note":"é","to":"a/b"}'),
    /of the body with its members sorted, and/,
  ],
  ['the body indented', withBody(JSON.stringify(JSON.parse(BODY), null, 2)), /indented by two spaces/],
  [
    'the body with spaces',
    withBody('{"to": "a/b", "amount": 100, "note": "é"}'),
    /a space behind each comma and colon/,
  ],
  ['the body in ASCII', withBody(BODY.replace('é', String.raw`\u00e9`)), /all but ASCII escaped/],
  ['the body and a line feed', withBody(`${BODY}\n`), /of the body with a line feed at its end/],
];

describe('an assertion over', () => {
  const complete = LINE_MISTAKES.map(
    ([name, signed, says, lines = TEXT]) => [name, signed, says, lines] as const,
  );

  it.each(complete)('%s says so', (_, signed, says, lines) => {
    const assertion = key.assert({ clientData: signed });
    const detail = detailOf(assertion, { clientDataText: lines, bodyText: BODY });
    expect(detail.split('. Likely mistake: ')[1]).toMatch(says);
    expect(
      inspected(key.assert({ clientData: lines }), { clientDataText: lines, bodyText: BODY }).verdict,
    ).toBe('pass');
  });

  it('a body that was written again says so', () => {
    const spaced = requestBytes({ ...REQUEST, body: Buffer.from('{ "amount": 100 }') });
    const compact = requestBytes({ ...REQUEST, body: Buffer.from('{"amount":100}') });
    const members = { clientDataText: Buffer.from(spaced).toString(), bodyText: '{ "amount": 100 }' };
    expect(detailOf(key.assert({ clientData: compact }), members)).toMatch(
      /of the body written again without spaces/,
    );
  });

  it('the lines of a session says so', () => {
    const exchange = { audience: AUDIENCE, deviceId: 'd-1', challenge: 'AQAB' };
    const clientDataText = Buffer.from(sessionBytes(exchange)).toString();
    const slash = sessionBytes({ ...exchange, audience: `${AUDIENCE}/` });
    expect(detailOf(key.assert({ clientData: slash }), { clientDataText })).toMatch(
      /with a slash at its end/,
    );
    expect(detailOf(key.assert({ clientData: 'AQAB' }), { clientDataText })).toMatch(/the challenge alone/);
  });

  it('client data that is JSON says how the app wrote it', () => {
    const clientDataText = '{"challenge":"AQAB","path":"/x"}';
    const swift = key.assert({ clientData: clientDataText.replace('/', String.raw`\/`) });
    expect(detailOf(swift, { clientDataText })).toMatch(/signed the client data with slashes escaped/);
  });

  it('other bytes names none', () => {
    const requests = [
      requestBytes({ ...REQUEST, target: '/other' }),
      requestBytes({ ...REQUEST, body: Buffer.from('{"amount":101}') }),
      randomBytes(40),
    ];
    for (const clientData of requests) expect(detailOf(key.assert({ clientData }))).not.toContain('Likely');
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    const publicKey = base64(stranger.export({ type: 'spki', format: 'der' }));
    const members = { clientDataText: TEXT, bodyText: BODY, publicKey };
    expect(detailOf(key.assert({ clientData: LINES }), members)).not.toContain('Likely');
  });
});

describe('an assertion that Apple’s API did not make', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const privateKey = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const { authenticatorData } = Object.fromEntries(
    readCbor(key.assert({ clientData: LINES })) as CborMap,
  ) as { authenticatorData: Uint8Array };
  const hashed = Buffer.concat([authenticatorData, sha256(LINES)]);
  const publicKey = base64(pair.publicKey.export({ type: 'spki', format: 'der' }));
  const members = { clientDataText: TEXT, publicKey };
  const made = (signature: Uint8Array): Uint8Array => encode({ signature, authenticatorData });

  it.each<[string, Uint8Array, RegExp]>([
    ['the nonce as a digest', sign('sha256', hashed, privateKey), /the nonce was signed as a digest/],
    ['the nonce hashed twice', sign('sha256', sha256(sha256(hashed)), privateKey), /hashed once too often/],
    [
      'r and s side by side',
      sign('sha256', sha256(hashed), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
      /r and s side by side/,
    ],
  ])('says that it signed %s', (_, signature, says) => {
    expect(detailOf(made(signature), members)).toMatch(says);
  });

  it('passes where it is right', () => {
    expect(inspected(made(sign('sha256', sha256(hashed), privateKey)), members).verdict).toBe('pass');
  });
});

describe('the lines that are tried', () => {
  it('are few, whatever the body and the client data are', () => {
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const long = JSON.stringify({ a: 'x'.repeat(100_000) });
    for (const text of [TEXT, CHALLENGED, BODY, '', 'x', deep, long, `${TEXT}\n\n`, '{"__proto__":{"a":1}}'])
      for (const body of [undefined, BODY, deep, long, '']) {
        const forms = [
          ...clientDataMistakes(Buffer.from(text), body === undefined ? undefined : Buffer.from(body)),
        ];
        expect(forms.length).toBeLessThanOrEqual(30);
      }
  });
});
