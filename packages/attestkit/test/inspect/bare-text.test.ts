import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TOKEN_CHECKS } from '../../src/approov/internal.js';
import { inspectEvidence } from '../../src/inspect/index.js';
import { kindOf } from '../../src/inspect/internal.js';
import { mintApproovToken } from 'attestkit-testing/approov';
import { token as appCheckToken } from '../app-check/support/tokens.js';
import { cli, ENV, SECRET } from '../cli/support/terminal.js';
import { APP_CHECK, PAYLOAD } from './support/android-files.js';
import { ASSERTION, ATTESTATION, base64, base64url, key, made, RECEIPT } from './support/app-attest-files.js';
import { problem } from './support/unusable.js';

const secretBase64 = SECRET;
const token = mintApproovToken({ secretBase64 });
const REQUEST = { audience: 'https://api.example.com', method: 'GET', target: '/' };
const SIGNED = key.signRequest(REQUEST);
const KEY_ID = base64url(Buffer.alloc(32, 7));
const ERROR = Buffer.from('{"error":"UNKNOWN_ERROR"}').toString('base64');

describe('a token with something around it', () => {
  it.each<[string, string, readonly RegExp[]]>([
    ['quotation marks', `"${token}"`, [/^Quotation marks/]],
    ['single ones', `'${token}'`, [/^Quotation marks/]],
    ['Bearer', `Bearer ${token}`, [/^"Bearer " before the token/]],
    ['bearer in small letters', `bearer  ${token}`, [/^"Bearer "/]],
    ['the name of its field', `Approov-Token: ${token}`, [/^The name of the header field/]],
    ['that in small letters', `approov-token:${token}\n`, [/^The name of the header field/]],
    ['both', `Authorization: Bearer ${token}`, [/^The name/, /^"Bearer "/]],
    ['all', `"Authorization: Bearer '${token}'"`, [/^Quotation/, /^The name/, /^"Bearer "/]],
    ['white space', `  ${token}\n`, []],
  ])('is inspected without it, and the report says so: %s', (_, text, notes) => {
    const report = inspectEvidence(text, { secretBase64 });
    if (notes.length < 3) expect(report.verdict).toBe('pass');
    expect(report.notes ?? []).toHaveLength(notes.length);
    for (const [at, note] of notes.entries()) expect(report.notes?.[at]).toMatch(note);
    expect('notes' in report).toBe(notes.length > 0);
  });

  it('says so in the text of the command too', async () => {
    const { status, out } = await cli(['inspect', `Bearer ${token}`], ENV);
    expect(status).toBe(0);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      '"Bearer " before the token was left out. A server refuses it',
    );
  });

  it('is judged as it is where a file says so', () => {
    const file = { kind: 'approov-token', token: `Bearer ${token}`, secretBase64 };
    expect(inspectEvidence(file)).toMatchObject({ verdict: 'fail' });
    expect(inspectEvidence(file)).not.toHaveProperty('notes');
  });

  it.each(['""', "''", '" "', 'Bearer ', ':', 'Approov-Token:', 'https://example.com/'])(
    'is not %j, in which there is none',
    (text) => {
      let said: unknown;
      try {
        said = inspectEvidence(text, { secretBase64 }).verdict;
      } catch (error) {
        said = (error as Error).message;
      }
      expect(said).toMatch(/^(fail|evidence is empty)/);
    },
  );
});

describe('a word of the SDK', () => {
  it.each(['NO_NETWORK', 'POOR_NETWORK', 'MITM_DETECTED'])('%s has the code of the server', (word) => {
    for (const text of [word, `Approov-Token: ${word}`, `"${word}"`]) {
      const report = inspectEvidence(text, { secretBase64 });
      expect(report).toMatchObject({ verdict: 'fail', code: 'ERR_APPROOV_TOKEN_FETCH_FAILED' });
      expect(report.checks.map(({ ok }) => ok)).toEqual([false]);
    }
  });

  it.each(['NO_TOKEN', 'NO_NETWORK ERROR', 'no_network'])('is not %s', (word) => {
    expect(inspectEvidence(word, { secretBase64 })).toMatchObject({ code: 'ERR_APPROOV_TOKEN_MALFORMED' });
  });
});

describe('evidence that needs a file', () => {
  const [ATTEST, ASSERT] = ['app-attest-attestation', 'app-attest-assertion'];
  it.each<[string, string | Uint8Array, string, RegExp]>([
    [
      'an attestation',
      base64(made),
      ATTEST,
      /an App Attest attestation, because it is CBOR with fmt and attStmt\./,
    ],
    ['one in base64url', base64url(made), ATTEST, /an App Attest attestation/],
    ['one in lines', base64(made).replaceAll(/.{76}/g, '$&\n'), ATTEST, /an App Attest attestation/],
    ['one in quotation marks', `"${ATTESTATION.attestation}"`, ATTEST, /an App Attest attestation/],
    ['one in hexadecimal', Buffer.from(made).toString('hex'), ATTEST, /an App Attest attestation/],
    [
      'one in capitals',
      `0x${Buffer.from(made).toString('hex').toUpperCase()}`,
      ATTEST,
      /an App Attest attestation/,
    ],
    ['its bytes', made, ATTEST, /an App Attest attestation/],
    ['one that was cut off', base64(made).slice(0, 4000), ATTEST, /an App Attest attestation/],
    [
      'an assertion',
      ASSERTION.assertion,
      ASSERT,
      /an App Attest assertion, because it is CBOR with signature/,
    ],
    ['its bytes', Buffer.from(ASSERTION.assertion, 'base64'), ASSERT, /an App Attest assertion/],
    ['a receipt', RECEIPT.receipt, 'app-attest-receipt', /an App Attest receipt, because it is signed data/],
    ['its bytes', Buffer.from(RECEIPT.receipt, 'base64'), 'app-attest-receipt', /an App Attest receipt/],
    [
      'a header field',
      SIGNED.xAppAttest,
      ASSERT,
      /an App Attest assertion in its header field, because it has assertion/,
    ],
    ['a whole line', `X-App-Attest: ${SIGNED.xAppAttest}`, ASSERT, /assertion in its header field/],
    [
      'credentials',
      SIGNED.authorization,
      ASSERT,
      /assertion in its header field, because it has the scheme Attest/,
    ],
    ['those in a line', `Authorization: ${SIGNED.authorization}\n`, ASSERT, /assertion in its header field/],
    [
      'one of Android',
      `v=1; key_id=${KEY_ID}; signature=AAAA`,
      'key-attestation-signature',
      /a signature of an Android key in its header field/,
    ],
    [
      'a signature in DER',
      base64(sign('sha256', Buffer.from('x'), generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)),
      'key-attestation-signature',
      /a signature of an Android key, because it is DER with two integers/,
    ],
    ['a token of App Check', `Bearer ${appCheckToken()}`, 'app-check', /a Firebase App Check token/],
  ])('is recognized, and told what to write: %s', (_, given, kind, what) => {
    const { message } = problem(given);
    expect(message).toMatch(/^evidence is read as /);
    expect(message).toMatch(what);
    expect(message).toContain(`Write an evidence file of kind ${kind}, with `);
    expect(message).toMatch(/see docs\/inspect\.md\.$/);
    expect(kindOf(given)).toBe(kind);
  });

  it('is told all that is missing', () => {
    expect(problem(base64(made)).message).toContain(
      'these members are missing: appId (TEAMID1234.com.example.app), keyId (what generateKey returned) and challengeText (',
    );
    expect(problem(ASSERTION.assertion).message).toMatch(
      /appId .*publicKey .*previousCounter .*clientDataText/,
    );
    expect(problem(RECEIPT.receipt).message).toMatch(/missing: appId \(.*\) and publicKey \(/);
    expect(problem(appCheckToken()).message).toMatch(/jwks .*projectNumber .*appIds/);
  });

  it.each([
    'A'.repeat(200),
    base64(Buffer.alloc(100, 1)),
    'assertion',
    'x='.repeat(40_000),
    `${'a=b;'.repeat(20_000)}x`,
    'A'.repeat(200_000),
    'eyJlcnJvciI6.x.y',
    `${'='.repeat(100_000)}`,
    `-----BEGIN CERTIFICATE-----${'A'.repeat(1000)}`,
    '-----BEGIN CERTIFICATE-----'.repeat(20_000),
    'attest',
    'f'.repeat(201),
    base64(Buffer.concat([Buffer.from('30820010', 'hex'), Buffer.alloc(60)])),
    base64(Buffer.concat([Buffer.from('a3', 'hex'), Buffer.from('fmt authData'.repeat(9))])),
  ])('is nothing else', (text) => {
    expect(kindOf(text)).toBe('approov-token');
  });
});

describe('a member of a body in a file', () => {
  it('has a key id that an assertion does without', () => {
    expect(problem({ ...ASSERTION, key_id: 'x' }).message).toMatch(
      /^key_id is not a member .* Leave it out: "publicKey"/,
    );
    expect(problem({ ...ATTESTATION, key_id: 'x' }).message).toMatch(
      /^key_id is not a member .* it is "keyId"/,
    );
  });
});

describe('JSON as text', () => {
  it('is what is in it', async () => {
    const file = JSON.stringify({ kind: 'approov-token', token });
    expect(kindOf(file)).toBe('approov-token');
    expect(inspectEvidence(file, { secretBase64 }).verdict).toBe('pass');
    expect((await cli(['inspect', file], ENV)).status).toBe(0);
    const answer = JSON.stringify({ status: 200, data: { tokenPayloadExternal: PAYLOAD.payload } });
    expect(inspectEvidence(answer).readAs).toMatch(
      /^Google’s answer .*, because it has tokenPayloadExternal$/,
    );
  });

  it('cannot be half of it', async () => {
    const { status, err } = await cli(['inspect', '{"kind":'], ENV);
    expect([status, err]).toEqual([2, expect.stringContaining('the argument is not JSON')]);
  });
});

describe('the placeholder of the Firebase SDK', () => {
  it.each([ERROR, `X-Firebase-AppCheck: ${ERROR}`, `"${ERROR}"`, ERROR.replaceAll('=', '')])(
    'has the code of the server, and says the reason: %s',
    (text) => {
      const report = inspectEvidence(text);
      const { code } = inspectEvidence({ ...APP_CHECK, token: ERROR }) as { readonly code?: string };
      expect(report).toMatchObject({ kind: 'app-check', verdict: 'fail', code });
      expect(report.checks.at(-1)?.detail).toMatch(
        /Likely mistake: the Firebase SDK .*, which says UNKNOWN_ERROR: /,
      );
      expect(report.readAs).toMatch(/^the placeholder that the Firebase SDK sends .*\{"error":…\}$/);
    },
  );

  it('says no reason that is not one of its words', () => {
    for (const error of ['\u001b[31m', 'A B', 1, 'x'.repeat(200)]) {
      const text = Buffer.from(JSON.stringify({ error })).toString('base64');
      expect(inspectEvidence(text).checks.at(-1)?.detail).not.toContain('which says');
    }
  });

  it('is what the server says where the field is another', () => {
    expect(inspectEvidence(`Approov-Token: ${ERROR}`, { secretBase64 })).toMatchObject({
      kind: 'approov-token',
      code: TOKEN_CHECKS.compact.code,
    });
  });

  it('is named where the check failed', () => {
    const { checks } = inspectEvidence({ ...APP_CHECK, token: ERROR });
    expect(checks.find(({ ok }) => !ok)?.detail).toMatch(
      /Likely mistake: the Firebase SDK could not get a token/,
    );
    const other = inspectEvidence({ ...APP_CHECK, token: 'eyJhIjoxfQ==' });
    expect(other.checks.find(({ ok }) => !ok)?.detail).not.toContain('Likely');
  });
});
