import { describe, expect, it } from 'vitest';
import { inspectEvidence, kindOf } from '../../src/inspect/index.js';
import { mintApproovToken } from '../../src/testing/index.js';
import { token as appCheckToken } from '../app-check/support/tokens.js';
import { cli, ENV, SECRET } from '../cli/support/terminal.js';
import { APP_CHECK, chainFile, PAYLOAD } from './support/android-files.js';
import { ASSERTION, ATTESTATION, base64, base64url, key, made, RECEIPT } from './support/app-attest-files.js';
import { problem } from './support/unusable.js';

const secretBase64 = SECRET;
const token = mintApproovToken({ secretBase64 });
const REQUEST = { audience: 'https://api.example.com', method: 'GET', target: '/' };
const SIGNED = key.signRequest(REQUEST);
const [leaf = ''] = chainFile().certificateChain;
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
  it.each<[string, string, RegExp]>([
    [
      'an attestation',
      base64(made),
      /^evidence is an App Attest attestation\. Write .* kind app-attest-attestation, .*challengeText/,
    ],
    ['one in base64url', base64url(made), /is an App Attest attestation/],
    ['one in lines', base64(made).replaceAll(/.{76}/g, '$&\n'), /is an App Attest attestation/],
    ['one in quotation marks', `"${ATTESTATION.attestation}"`, /is an App Attest attestation/],
    [
      'an assertion',
      ASSERTION.assertion,
      /is an App Attest assertion\. Write .* kind app-attest-assertion, .*clientDataText/,
    ],
    ['a receipt', RECEIPT.receipt, /is an App Attest receipt\. Write .* kind app-attest-receipt/],
    [
      'a header field',
      SIGNED.xAppAttest,
      /is an App Attest assertion in its header field\. Write .* kind app-attest-assertion/,
    ],
    ['a whole line', `X-App-Attest: ${SIGNED.xAppAttest}`, /is an App Attest assertion in its header field/],
    ['credentials', SIGNED.authorization, /is an App Attest assertion in its header field/],
    [
      'those in a line',
      `Authorization: ${SIGNED.authorization}`,
      /is an App Attest assertion in its header field/,
    ],
    [
      'one of Android',
      'v=1; key_id=AAAA; signature=AAAA',
      /is a signature of an Android key .* kind key-attestation-signature/,
    ],
    ['a certificate', leaf, /is a certificate or a key in DER\. Write .* kind key-attestation, /],
    [
      'a certificate in PEM',
      `-----BEGIN CERTIFICATE-----\n${leaf}\n-----END CERTIFICATE-----`,
      /is a certificate in PEM/,
    ],
    [
      'a placeholder',
      ERROR,
      /is the placeholder that the Firebase SDK sends .*There is no token to inspect\.$/,
    ],
    ['one in its field', `X-Firebase-AppCheck: ${ERROR}`, /is the placeholder that the Firebase SDK sends/],
    ['a token of App Check', `Bearer ${appCheckToken()}`, /is a token of Firebase App Check/],
  ])('is recognized, and told what to write: %s', (_, text, message) => {
    expect(problem(text).message).toMatch(message);
    expect(() => kindOf(text)).toThrow(message);
  });

  it.each([
    'A'.repeat(200),
    base64(Buffer.alloc(100, 1)),
    'assertion',
    'x='.repeat(40_000),
    `${'a=b;'.repeat(20_000)}x`,
    'A'.repeat(200_000),
    'eyJlcnJvciI6.x.y',
  ])('is nothing else', (text) => {
    expect(kindOf(text)).toBe('approov-token');
  });
});

describe('the body of /assert', () => {
  const body = { challenge: 'AQAB', device_id: 'd-1', key_id: 'AAAA' };

  it('is no attestation, and its lines are told', () => {
    expect(problem({ ...body, assertion: 'AAAA' }).message).toMatch(
      /Its assertion: in an evidence file of kind app-attest-assertion it is "assertion"; .*attestkit-session-v1/,
    );
    expect(problem({ ...body, signature: 'AAAA' }).message).toMatch(
      /Its signature: in an evidence file of kind key-attestation-signature it is "signature"; .*attestkit-session-v1/,
    );
    expect(problem({ ...body, attestation: 'AAAA' }).message).toMatch(/of kind app-attest-attestation/);
  });

  it('has a key id that an assertion does without', () => {
    expect(problem({ ...ASSERTION, key_id: 'x' }).message).toMatch(
      /^key_id is no member .* Leave it out: "publicKey"/,
    );
    expect(problem({ ...ATTESTATION, key_id: 'x' }).message).toMatch(/^key_id is no member .* it is "keyId"/);
  });
});

describe('JSON as text', () => {
  it('is what is in it', async () => {
    const file = JSON.stringify({ kind: 'approov-token', token });
    expect(kindOf(file)).toBe('approov-token');
    expect(inspectEvidence(file, { secretBase64 }).verdict).toBe('pass');
    expect((await cli(['inspect', file], ENV)).status).toBe(0);
    const answer = JSON.stringify({ status: 200, data: { tokenPayloadExternal: PAYLOAD.payload } });
    expect(problem(answer).message).toMatch(
      /Its tokenPayloadExternal: in an evidence file of kind play-integrity/,
    );
  });

  it('cannot be half of it', async () => {
    const { status, err } = await cli(['inspect', '{"kind":'], ENV);
    expect([status, err]).toEqual([2, expect.stringContaining('the argument is not JSON')]);
  });
});

describe('the placeholder of the Firebase SDK in a file', () => {
  it('is named where the check failed', () => {
    const { checks } = inspectEvidence({ ...APP_CHECK, token: ERROR });
    expect(checks.find(({ ok }) => !ok)?.detail).toMatch(
      /Likely mistake: the Firebase SDK could not get a token/,
    );
    const other = inspectEvidence({ ...APP_CHECK, token: 'eyJhIjoxfQ==' });
    expect(other.checks.find(({ ok }) => !ok)?.detail).not.toContain('Likely');
  });
});
