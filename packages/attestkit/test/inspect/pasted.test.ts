import { describe, expect, it } from 'vitest';
import { FIELD_CHECKS, TOKEN_CHECKS } from '../../src/approov/internal.js';
import { inspectEvidence } from '../../src/inspect/index.js';
import { kindOf } from '../../src/inspect/internal.js';
import { CHAIN_CHECKS } from '../../src/key-attestation/internal.js';
import { VERDICT_CHECKS } from '../../src/play-integrity/internal.js';
import { PROOF_CHECKS } from '../../src/sessions/internal.js';
import { token as appCheckToken } from '../app-check/support/tokens.js';
import { cli, ENV, SECRET } from '../cli/support/terminal.js';
import { token as playToken } from '../play-integrity/support/tokens.js';
import { base64, chainFile, PAYLOAD } from './support/android-files.js';
import { ASSERTION, ATTESTATION, base64url, key, made, RECEIPT } from './support/app-attest-files.js';
import { failed, problem } from './support/unusable.js';

const CHAIN = chainFile();
const texts = CHAIN.certificateChain;
const ders = texts.map((text) => Buffer.from(text, 'base64'));
const pem = (text: string) =>
  `-----BEGIN CERTIFICATE-----\n${text.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
const spki = ders[0]?.subarray(0, 0) ?? Buffer.alloc(0);

describe('a certificate chain', () => {
  const honest = inspectEvidence({ ...CHAIN, roots: undefined, at: undefined });

  it.each<[string, unknown]>([
    ['PEM', texts.map(pem).join('')],
    ['PEM with text between', texts.map((text) => `s:CN=x\n${pem(text)}`).join('\n')],
    ['PEM with CR LF', texts.map(pem).join('').replaceAll('\n', '\r\n')],
    ['PEM in bytes', Buffer.from(texts.map(pem).join(''))],
    ['DER', Buffer.concat(ders)],
    ['base64 of it', base64(Buffer.concat(ders))],
    ['hexadecimal of it', Buffer.concat(ders).toString('hex')],
    ['lines of base64', texts.join('\n')],
    ['base64 with commas and quotation marks', texts.map((text) => `"${text}"`).join(',\n')],
    ['a list', texts],
    ['a list as JSON', JSON.stringify(texts, null, 2)],
    ['a list of PEM', texts.map(pem)],
    ['a list in base64url', ders.map(base64url)],
  ])('is recognized as %s, in its order', (_, given) => {
    const report = inspectEvidence(given);
    expect(report.kind).toBe('key-attestation');
    expect(report.readAs).toMatch(/^an Android certificate chain, because /);
    expect(report.checks).toEqual(inspectEvidence({ ...CHAIN, roots: undefined, at: report.at }).checks);
    expect(report.verdict).toBe(honest.verdict);
    expect(report.notChecked).toEqual(['challenge', 'app', 'verified boot', 'revocation list']);
  });

  it.each<[string, unknown]>([
    ['PEM', texts.toReversed().map(pem).join('')],
    ['DER', Buffer.concat(ders.toReversed())],
    ['a list', texts.toReversed()],
    ['lines', texts.toReversed().join('\n')],
  ])('with the root first is refused as a server does, and the hint says so: %s', (_, given) => {
    const report = inspectEvidence(given);
    expect(report).toMatchObject({ verdict: 'fail', code: CHAIN_CHECKS.names.code });
    const detail = report.checks.find(({ code }) => code === CHAIN_CHECKS.names.code)?.detail;
    expect(detail).toContain('Likely mistake: the chain begins with the root');
  });

  it('of one certificate is too short', () => {
    for (const given of [texts[0], ders[0], pem(texts[0] ?? ''), [texts[0]]])
      expect(inspectEvidence(given)).toMatchObject({ verdict: 'fail', code: CHAIN_CHECKS.length.code });
    expect(inspectEvidence(texts[0]).readAs).toMatch(/^an Android certificate, because /);
  });

  it('says that PEM is nothing for a server', () => {
    expect(inspectEvidence(texts.map(pem).join('')).notes).toEqual([
      expect.stringMatching(/^The certificates were taken out of PEM\. A server refuses PEM/),
    ]);
    expect(inspectEvidence(texts)).not.toHaveProperty('notes');
  });

  it('is refused where a server refuses its base64', () => {
    const broken = [texts[0], `${texts[1]?.slice(0, 76)}\n${texts[1]?.slice(76)}`, texts[2]];
    expect(problem(broken).message).toMatch(/^certificateChain\[1\] is not .*line breaks/);
  });

  it.each<[string, unknown]>([
    ['a list of other text', ['a', 'b']],
    ['a list with a number', [...texts, 1]],
    ['a list of lists', [texts]],
    ['very many', Array(5000).fill(texts[0])],
    ['an empty list', []],
    ['a list of nothing', [null]],
  ])('is not %s', (_, given) => {
    expect(problem(given).message).toMatch(/^evidence is neither a token nor a JSON object/);
  });

  it('is not a key', () => {
    const { publicKey } = RECEIPT;
    const der = Buffer.from(publicKey.replaceAll(/-----[A-Z ]+-----/g, ''), 'base64');
    for (const given of [base64(der), Buffer.concat([der, spki])])
      expect(problem(given).message).toMatch(/^evidence is a public key, .*Give it as publicKey/);
  });
});

describe('Google’s answer', () => {
  const inner = { tokenPayloadExternal: PAYLOAD.payload };
  const { at } = PAYLOAD;

  it.each<[string, object, boolean]>([
    ['as it is', { ...inner, at }, false],
    ['in data', { status: 200, data: inner, at }, true],
    ['in data as text', { data: JSON.stringify(inner), at }, true],
    ['with text in it', { tokenPayloadExternal: JSON.stringify(PAYLOAD.payload), at }, true],
    ['without its wrapping', { ...PAYLOAD.payload, at }, false],
    ['with what it is compared with', { ...inner, expect: PAYLOAD.expect, at }, false],
  ])('is a verdict, and nothing vouches for it: %s', (_, given, isNoted) => {
    for (const form of [given, JSON.stringify(given)]) {
      const report = inspectEvidence(form);
      expect(report).toMatchObject({ kind: 'play-integrity', verdict: 'pass', at });
      expect(report.notChecked).toContain('origin');
      expect(report.readAs).toMatch(/^(Google’s answer about|a Play Integrity verdict)/);
      expect(report.notes?.[0] ?? '').toMatch(isNoted ? /^The verdict was taken out of / : /^$/);
    }
  });

  it('may be in a list of one, or text in text', () => {
    for (const form of [
      [inner],
      JSON.stringify([inner]),
      JSON.stringify([[JSON.stringify({ data: inner })]]),
    ])
      expect(inspectEvidence(form, { now: Date.parse(at) })).toMatchObject({ verdict: 'pass' });
  });

  it('is refused as a server does', () => {
    const cleared = { tokenPayloadExternal: { ...PAYLOAD.payload, appIntegrity: undefined } };
    expect(inspectEvidence({ ...cleared, at }).verdict).toBe('fail');
    expect(inspectEvidence({ tokenPayloadExternal: 'x', at })).toMatchObject({
      code: VERDICT_CHECKS.readable.code,
    });
    const other = { ...inner, expect: { ...PAYLOAD.expect, nonce: 'AAAAAAAAAAAAAAAAAAAAAA' }, at };
    expect(inspectEvidence(other)).toMatchObject({ code: VERDICT_CHECKS.binding.code });
  });

  it.each<[string, unknown]>([
    ['two in a list', [inner, inner]],
    ['with another member', { ...inner, other: 1 }],
    ['very deep', Array.from({ length: 20 }).reduce((data) => ({ data }), inner as unknown)],
    ['a verdict of half', { requestDetails: {} }],
    ['inherited', Object.create(inner)],
    ['very deep lists', JSON.parse('['.repeat(5000) + ']'.repeat(5000))],
  ])('is not %s', (_, given) => {
    expect(problem(given).message).toMatch(/^(kind is missing|evidence is neither)/);
  });
});

describe('a header field', () => {
  const { xAppAttest, authorization } = key.signRequest({
    audience: 'https://api.example.com',
    method: 'GET',
    target: '/',
  });

  it.each<[string, string, string]>([
    ['without a version', xAppAttest.replace('v=1', 'v=2'), PROOF_CHECKS.version.code],
    [
      'with a key id that is none',
      xAppAttest.replace(/key_id=[^;]+/, 'key_id=AAAA'),
      PROOF_CHECKS.keyId.code,
    ],
    ['without a key id', xAppAttest.replace(/key_id=[^;]+;/, ''), PROOF_CHECKS.parameters.code],
    ['with a parameter twice', `${xAppAttest}; v=1`, PROOF_CHECKS.readable.code],
    ['with commas', xAppAttest.replaceAll(';', ','), PROOF_CHECKS.readable.code],
    ['too long', `${xAppAttest}${'A'.repeat(9000)}`, PROOF_CHECKS.size.code],
    ['of the scheme, without an assertion', 'Attest v=1', PROOF_CHECKS.parameters.code],
    ['of the scheme, in the other field', `X-App-Attest: ${authorization}`, PROOF_CHECKS.readable.code],
    ['in Authorization, without the scheme', `Authorization: ${xAppAttest}`, PROOF_CHECKS.present.code],
    ['of junk', 'X-App-Attest: junk', PROOF_CHECKS.readable.code],
  ])('is refused as a server does: %s', (_, value, code) => {
    expect(problem(value).message).toContain(`(${code})`);
    expect(problem(value).message).toMatch(
      /is read as .* in its header field, because .*\. A server refuses it: /,
    );
  });

  it('says which key it names', () => {
    const report = problem(xAppAttest, { kind: 'app-attest-assertion' });
    expect(report.message).toMatch(
      /^evidence is read as an App Attest assertion in its header field\. To verify it/,
    );
  });

  it('decides by its name', () => {
    expect(kindOf(`Approov-Token: ${playToken()}`)).toBe('approov-token');
    expect(kindOf(`X-Firebase-AppCheck: a.b.c`)).toBe('app-check');
    expect(kindOf(`X-Other: a.b.c`)).toBe('approov-token');
    expect(kindOf(`constructor: a.b.c`)).toBe('approov-token');
    expect(inspectEvidence('Approov-Token: NO_NETWORK')).toMatchObject({ code: FIELD_CHECKS.fetched.code });
  });
});

describe('an explicit kind', () => {
  it('corrects what was recognized', () => {
    const report = inspectEvidence(appCheckToken(), { kind: 'approov-token', secretBase64: SECRET });
    expect(report).toMatchObject({
      kind: 'approov-token',
      verdict: 'fail',
      code: TOKEN_CHECKS.algorithm.code,
    });
    expect(report).not.toHaveProperty('readAs');
    expect(problem('a.b.c', { kind: 'app-check' }).message).toMatch(/read as app-check\. .*missing: jwks /);
    expect(problem('AAAA', { kind: 'app-attest-assertion' }).message).toMatch(/missing: appId /);
    expect(problem(made, { kind: 'app-attest-attestation' }).message).toMatch(/missing: appId /);
    expect(problem(made, { kind: 'approov-token' }).message).toMatch(
      /^evidence is binary, and approov-token is text/,
    );
    expect(inspectEvidence(made, { kind: 'key-attestation' })).toMatchObject({ verdict: 'fail' });
    expect(inspectEvidence('junk', { kind: 'key-attestation' }).verdict).toBe('fail');
  });

  it('is asked for again by nothing', () => {
    expect(problem([{ tokenPayloadExternal: PAYLOAD.payload }], { kind: 'app-check' }).message).toMatch(
      /^kind is app-check, and the evidence is Google’s answer .*Leave it out, or give play-integrity\./,
    );
    expect(inspectEvidence(texts, { kind: 'key-attestation' })).not.toHaveProperty('readAs');
  });

  it('is an option of the command', async () => {
    const { status, out } = await cli(['inspect', appCheckToken(), '--kind', 'approov-token'], ENV);
    expect([status, out]).toEqual([1, expect.stringMatching(/^Approov token, as of [^\n]+\n\n/)]);
    const other = await cli(['inspect', 'x', '--kind', 'x\u001b'], ENV);
    expect([other.status, other.err]).toEqual([
      2,
      expect.stringMatching(/kind is not a kind .*Kinds are: approov-token/),
    ]);
    const file = JSON.stringify({ ...ASSERTION, kind: undefined });
    expect((await cli(['inspect', file, '--kind', 'app-attest-assertion'], {})).status).toBe(0);
  });
});

describe('bytes', () => {
  it('that are nothing are nothing', () => {
    for (const bytes of [
      Buffer.alloc(3, 0xff),
      Buffer.alloc(100, 0xa5),
      Buffer.alloc(400_000, 0x30),
      Buffer.alloc(100, 0x30).fill(0x82, 1),
    ])
      expect(() => inspectEvidence(bytes, { secretBase64: SECRET }).verdict === 'fail' || bytes).not.toThrow(
        TypeError,
      );
    expect(problem(Buffer.alloc(100, 0xff)).message).toMatch(
      /^evidence is binary, and nothing that is known here/,
    );
    expect(problem(new Uint8Array(0)).message).toMatch(/^evidence is empty/);
    expect(problem(new Uint8Array(2_000_000)).message).toMatch(/^evidence is larger than 1 MiB/);
    expect(problem('x'.repeat(2_000_000)).message).toMatch(/^evidence is larger than 1 MiB/);
  });

  it('that are text are text', () => {
    expect(inspectEvidence(Buffer.from('NO_NETWORK'))).toMatchObject({ code: FIELD_CHECKS.fetched.code });
    expect(inspectEvidence(Buffer.from('\ufeffNO_NETWORK\r\n'))).toMatchObject({
      code: FIELD_CHECKS.fetched.code,
    });
  });

  it('may come from standard input', async () => {
    const chain = await cli(['inspect', '-'], {}, { stdin: Buffer.concat(ders) });
    expect(chain.out).toMatch(
      /^Android key attestation, as of [^\n]+\nRead as an Android certificate chain, because /,
    );
    const { status, err } = await cli(['inspect', '-'], {}, { stdin: made });
    expect([status, err]).toEqual([
      2,
      expect.stringMatching(/is read as an App Attest attestation, because /),
    ]);
    const list = await cli(['inspect', '-'], {}, { stdin: JSON.stringify(texts) });
    expect(list.out).toContain('because it is a list of certificates.');
  });
});

describe('what is recognized', () => {
  it('never passes more than its file', () => {
    const file = { ...ATTESTATION };
    const { kind: _, ...members } = file;
    expect(inspectEvidence(members, { kind: 'app-attest-attestation' })).toEqual(inspectEvidence(file));
    const other = { ...members, keyId: base64(Buffer.alloc(32)) };
    expect(failed(inspectEvidence(other, { kind: 'app-attest-attestation' }))).toEqual(
      failed(inspectEvidence({ ...other, kind: file.kind })),
    );
  });

  it('cannot steer a terminal', async () => {
    for (const text of [
      '\u001b[31m',
      'v=1; \u009b=x; assertion=\u001b',
      '{"device_id":"\u001b","challenge":"x","\\n":1}',
    ]) {
      const { out, err } = await cli(['inspect', '-'], ENV, { stdin: text });
      for (const control of ['\u001b', '\u009b']) expect(out + err).not.toContain(control);
      expect(err.trim().split('\n').length).toBeLessThan(3);
    }
  });
});
