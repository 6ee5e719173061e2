import { describe, expect, it } from 'vitest';
import { FIELD_CHECKS as APP_CHECK_FIELD } from '../../src/app-check/internal.js';
import { inspectEvidence } from '../../src/inspect/index.js';
import {
  CHAIN_CHECKS,
  DESCRIPTION_CHECKS,
  FIELD_CHECKS as CHAIN_FIELD,
} from '../../src/key-attestation/internal.js';
import { VERDICT_CHECKS } from '../../src/play-integrity/internal.js';
import { BODY_CHECKS } from '../../src/sessions/internal.js';
import { createVirtualGoogle } from 'attestkit-testing';
import { Backend, newKey, START } from '../sessions/support/backend.js';
import { APP_CHECK, base64, PAYLOAD, TOKEN } from './support/android-files.js';
import { at, ID, backend, attest, otherChallenge, ATTEST, codeOf } from './support/bodies.js';
import { problem } from './support/unusable.js';

describe('the body of attest', () => {
  it('is read as it was sent, with what is missing beside its own members', () => {
    expect(problem(attest).message).toBe(
      'evidence is read as the body of attest with an App Attest attestation, because it has attestation. To verify it, ' +
        'these members are missing: appId (TEAMID1234.com.example.app). Add it to the body, beside its own members, or write an ' +
        'evidence file: see docs/inspect.md.',
    );
    const report = inspectEvidence({ ...attest, ...ATTEST });
    expect(report).toMatchObject({ kind: 'app-attest-attestation', verdict: 'pass', at });
    expect(report.readAs).toBe(
      'the body of attest with an App Attest attestation, because it has attestation',
    );
    expect(report).not.toHaveProperty('notes');
    expect(inspectEvidence(JSON.stringify({ ...attest, ...ATTEST }))).toEqual(report);
  });

  it.each<[string, object]>([
    ['another challenge', { challenge: otherChallenge }],
    ['no challenge', { challenge: undefined }],
    ['an empty challenge', { challenge: '' }],
    ['a challenge that is no text', { challenge: 1 }],
    ['no device id', { device_id: undefined }],
    ['a device id of other characters', { device_id: 'a b' }],
    ['no key id', { key_id: undefined }],
    ['an empty key id', { key_id: '' }],
    ['another key id', { key_id: newKey().keyId }],
    ['a short key id', { key_id: 'AAAA' }],
    ['no attestation in it', { attestation: '' }],
    ['an attestation that is no text', { attestation: [] }],
    ['junk', { attestation: 'AAAA' }],
    ['another attestation', { attestation: base64(newKey().attest({ challenge: 'x' })) }],
  ])('has the code of the server: %s', async (_, change) => {
    const body = JSON.parse(JSON.stringify({ ...attest, ...change })) as Record<string, unknown>;
    const sent = { ...body };
    const { code, status } = await new Backend({ store: backend.store }).post('/attest', sent);
    expect(status).not.toBe(200);
    const said = codeOf({ ...body, ...ATTEST });
    expect(said).toMatch(/^ERR_/);
    // Whether a challenge is the server's own, only the server can say.
    if (!(code ?? '').startsWith('ERR_CHALLENGE_')) expect(said).toBe(code);
  });

  it('of two kinds is refused as a server does', () => {
    expect(codeOf({ ...attest, app_check_token: 'x' })).toBe(BODY_CHECKS.evidence.code);
    expect(codeOf({ ...attest, certificate_chain: ['x'] })).toBe(BODY_CHECKS.evidence.code);
    expect(codeOf({ ...attest, integrity_token: 'x' })).toBe(BODY_CHECKS.evidence.code);
  });

  it('names members that nobody looks at, and no more of them than a line has', () => {
    const notes = (more: object) => inspectEvidence({ ...attest, ...ATTEST, ...more }).notes;
    expect(notes({ platform: 'ios', enviroment: 'development' })).toEqual([
      'Not looked at: "platform", "enviroment".',
    ]);
    const many = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`${index}\u001b${'x'.repeat(500)}`, 1]),
    );
    const [note = ''] = notes(many) ?? [];
    expect(note.length).toBeLessThan(500);
    expect(note).not.toContain('\u001b');
  });

  it('has no member twice, as JSON or beside what the body gives', () => {
    const json = JSON.stringify({ ...attest, ...ATTEST });
    expect(problem(json.replace('{', '{"challenge":"x",')).message).toMatch(
      /a server refuses it: a member is there twice/,
    );
    expect(problem({ ...attest, ...ATTEST, keyId: 'x' }).message).toMatch(/^keyId is in the body already/);
    expect(problem({ ...attest, ...ATTEST, challengeText: 'x' }).message).toMatch(
      /^challengeText is in the body already/,
    );
  });

  it('takes no member from the prototype', () => {
    const json = JSON.stringify({ ...attest, ...ATTEST }).replace('{', '{"__proto__":{"appId":"x"},');
    expect(inspectEvidence(json)).toMatchObject({ verdict: 'pass', notes: ['Not looked at: "__proto__".'] });
    expect(({} as { appId?: string }).appId).toBeUndefined();
    const { appId: _, ...without } = ATTEST;
    const polluting = JSON.stringify({ ...attest, ...without }).replace('{', '{"__proto__":{"appId":"x"},');
    expect(problem(polluting).message).toMatch(/these members are missing: appId/);
  });

  it('with a kind of its own is a file', () => {
    const file = { ...attest, ...ATTEST, kind: 'app-attest-attestation' };
    expect(problem(file).message).toMatch(/ is not a member of app-attest-attestation evidence/);
  });
});

describe('the body of attest of Android', () => {
  const google = createVirtualGoogle({ now: () => START });
  const phone = google.createAndroid({ packageName: 'com.example.app', signingDigests: ['ab'.repeat(32)] });
  const certificates = phone.generateKey({ challenge: attest['challenge'] as string }).certificateChain;
  const body = { challenge: attest['challenge'], device_id: ID, certificate_chain: certificates.map(base64) };
  const roots = google.keyAttestationRoots.map(base64);

  it('is checked against the defaults of a server, and its challenge', () => {
    const report = inspectEvidence({ ...body, roots, at });
    expect(report).toMatchObject({
      kind: 'key-attestation',
      verdict: 'pass',
      notChecked: ['app', 'revocation list'],
    });
    expect(report.notes?.[0]).toMatch(/^It was checked against the defaults of a server: a verified boot/);
    const other = inspectEvidence({ ...body, roots, at, challenge: 'AQAB' });
    expect(other).toMatchObject({ verdict: 'fail', code: DESCRIPTION_CHECKS.challenge.code });
    const unlocked = google
      .createAndroid({ packageName: 'com.example.app', signingDigests: ['ab'.repeat(32)] })
      .generateKey({ challenge: attest['challenge'] as string }, 'unlocked');
    const open = { ...body, certificate_chain: unlocked.certificateChain.map(base64), roots, at };
    expect(inspectEvidence(open).verdict).toBe('fail');
    expect(inspectEvidence({ ...open, policy: { verifiedBoot: 'any' } })).toMatchObject({ verdict: 'pass' });
  });

  it('may have a verdict beside the chain, which another kind shows', () => {
    const both = { ...body, integrity_token: TOKEN.token, roots, at };
    const report = inspectEvidence(both);
    expect(report.kind).toBe('key-attestation');
    expect(report.notes).toContain(
      'Its integrity_token is evidence of its own: give the kind play-integrity.',
    );
    expect(problem(both, { kind: 'play-integrity' }).message).toMatch(
      /the body of attest with a Play Integrity token.*missing: decryptionKey .* and verificationKey /,
    );
    expect(problem(both, { kind: 'app-check' }).message).toBe(
      'kind is of no evidence in the body of attest. In it is key-attestation and play-integrity.',
    );
  });

  it.each<[string, unknown, string]>([
    ['an empty list', [], CHAIN_FIELD.present.code],
    ['a list with another thing in it', ['x', 1], BODY_CHECKS.members.code],
    ['one certificate', certificates.slice(0, 1).map(base64), CHAIN_CHECKS.length.code],
    ['too long', Array(11).fill(base64(certificates[0] as Uint8Array)), CHAIN_CHECKS.length.code],
  ])('with a chain that is %s', (_, chain, said) => {
    expect(codeOf({ ...body, certificate_chain: chain, roots, at })).toBe(said);
  });

  it('with a chain that is text is no list', () => {
    expect(problem({ ...body, certificate_chain: 'x' }).message).toMatch(/^certificateChain is not a list/);
  });

  it('with PEM is refused, as a server refuses it', () => {
    const pem = `-----BEGIN CERTIFICATE-----\n${base64(certificates[0] as Uint8Array)}\n-----END CERTIFICATE-----`;
    expect(problem({ ...body, certificate_chain: [pem] }).message).toMatch(
      /^certificateChain\[0\] is not .*it is PEM/,
    );
  });
});

describe('the body of attest with a token', () => {
  const body = { challenge: 'AQAB', device_id: ID };

  it('of Play Integrity is bound to challenge and device', () => {
    const { token, decryptionKey, verificationKey, at: then } = TOKEN;
    const report = inspectEvidence({
      ...body,
      integrity_token: token,
      decryptionKey,
      verificationKey,
      at: then,
    });
    expect(report).toMatchObject({
      kind: 'play-integrity',
      verdict: 'fail',
      code: VERDICT_CHECKS.binding.code,
    });
    const own = { ...body, integrity_token: token, payload: PAYLOAD.payload, at: then };
    expect(inspectEvidence(own)).toMatchObject({ verdict: 'fail', code: VERDICT_CHECKS.binding.code });
    const expected = { ...own, expect: { nonce: PAYLOAD.expect.nonce } };
    expect(inspectEvidence(expected)).toMatchObject({ verdict: 'pass' });
    expect(problem({ ...own, expect: 'x' }).message).toMatch(/^expect is not an object/);
  });

  it('of App Check needs its project', () => {
    const { token, jwks, projectNumber, appIds, at: then } = APP_CHECK;
    const report = inspectEvidence({
      ...body,
      app_check_token: token,
      jwks,
      projectNumber,
      appIds,
      at: then,
    });
    expect(report).toMatchObject({ kind: 'app-check', verdict: 'pass' });
    expect(report.notes?.[0]).toMatch(/limited-use/);
    expect(codeOf({ ...body, app_check_token: '' })).toBe(APP_CHECK_FIELD.present.code);
  });
});
