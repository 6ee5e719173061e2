import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { kindOf } from '../../src/inspect/internal.js';
import { refreshBytes } from '../../src/sessions/index.js';
import { PROOF_CHECKS } from '../../src/sessions/internal.js';
import { part } from '../app-check/support/tokens.js';
import { APP_ID, AUDIENCE, newKey } from '../sessions/support/backend.js';
import { base64, PAYLOAD } from './support/android-files.js';
import { ID, backend, key, attest, assert, otherExchange, ASSERT, codeOf, TOKENS } from './support/bodies.js';
import { problem } from './support/unusable.js';

describe('the body of assert', () => {
  it('is verified by the lines that a server makes, if its audience is there', () => {
    const { audience: _, ...without } = ASSERT;
    expect(problem({ ...assert, ...without }).message).toMatch(
      /the body of assert with an App Attest assertion.* missing: audience \(as server and app are configured: /,
    );
    expect(problem(assert).message).toMatch(/appId .*publicKey .*previousCounter .* and audience /);
    expect(inspectEvidence({ ...assert, ...ASSERT })).toMatchObject({
      kind: 'app-attest-assertion',
      verdict: 'pass',
      readAs: 'the body of assert with an App Attest assertion, because it has key_id and assertion',
    });
    expect(inspectEvidence({ ...assert, ...without, clientDataText: 'x' })).toMatchObject({
      verdict: 'fail',
    });
  });

  it.each<[string, object]>([
    ['another challenge', { challenge: otherExchange }],
    ['another device', { device_id: 'd-2' }],
    ['no device', { device_id: undefined }],
    ['a key id that is none', { key_id: 'AAAA' }],
    ['no key id', { key_id: undefined }],
    ['the id of another key', { key_id: newKey().keyId }],
    ['junk', { assertion: 'AAAA' }],
    ['an empty assertion', { assertion: '' }],
  ])('has the code of the server: %s', async (_, change) => {
    const body = JSON.parse(JSON.stringify({ ...assert, ...change })) as Record<string, unknown>;
    const { code } = await backend.post('/assert', body);
    const said = codeOf({ ...body, ...ASSERT });
    if ((code ?? '').startsWith('ERR_CHALLENGE_')) expect(said).toMatch(/^ERR_APP_ATTEST_ASSERTION_/);
    else expect(said).toBe(code);
  });

  it('refuses an audience that no line can carry', () => {
    expect(codeOf({ ...assert, ...ASSERT, audience: 'a\nb' })).toBe(PROOF_CHECKS.lines.code);
  });

  it('is not of another kind', () => {
    expect(problem({ ...assert, ...ASSERT }, { kind: 'key-attestation-signature' }).message).toMatch(
      /^kind is of no evidence in the body of assert\. In it is app-attest-assertion\./,
    );
    expect(kindOf({ ...assert, assertion: undefined, signature: 'AAAA' })).toBe('key-attestation-signature');
  });

  it('of Android has a signature', () => {
    const { assertion: _, ...body } = assert;
    expect(problem({ ...body, signature: 'AAAA' }).message).toMatch(
      /the body of assert with a signature of an Android key.* publicKey .*algorithm .* and audience /,
    );
  });

  it('without a proof has nothing to inspect', () => {
    const { assertion: _, ...body } = assert;
    expect(problem(body).message).toMatch(
      /is read as the body of assert, because it has key_id\. There is nothing/,
    );
    expect(problem({ challenge: 'AQAB', device_id: 'd-1' }).message).toMatch(
      /is read as the body of attest, /,
    );
  });
});

describe('the bodies of refresh and revoke', () => {
  it('say nothing that can be inspected, but for a proof', () => {
    const { message } = problem({ refresh_token: TOKENS.refresh });
    expect(message).toMatch(
      /^evidence is read as the body of refresh, because it has refresh_token\. There is nothing/,
    );
    expect(message).toMatch(/only the server that issued it can judge it/);
    expect(message).not.toContain(TOKENS.refresh);
    const clientData = refreshBytes({ audience: AUDIENCE, deviceId: ID, refreshToken: TOKENS.refresh });
    const assertion = base64(key.assert({ clientData }));
    const body = { refresh_token: TOKENS.refresh, assertion };
    expect(problem(body).message).toMatch(
      /the body of refresh with an App Attest assertion.* and clientDataText /,
    );
    expect(problem({ ...body, device_id: ID }).message).toMatch(/ and audience /);
    expect(inspectEvidence({ ...body, device_id: ID, ...ASSERT })).toMatchObject({ verdict: 'pass' });
    expect(inspectEvidence({ ...body, device_id: 'd-2', ...ASSERT })).toMatchObject({ verdict: 'fail' });
  });

  it('revoke has a session token', () => {
    expect(inspectEvidence({ token: TOKENS.session })).toMatchObject({
      kind: 'session-token',
      readAs: 'the body of revoke with a session token, because it has token and nothing else',
    });
    for (const token of [TOKENS.refresh, `${part({ typ: 'JWT' })}.x.y`, 1])
      expect(problem({ token }).message).toMatch(/^kind is missing/);
  });
});

describe('an object that is no body', () => {
  it.each<[string, unknown]>([
    ['empty', {}],
    ['of members of a file alone', { attestation: 'AAAA', appId: APP_ID, challenge: 'AAAA' }],
    ['of other names', { deviceId: 'd', assertion: base64(randomBytes(100)) }],
    ['with the names in another', { body: attest }],
    ['with inherited names', Object.create(attest)],
  ])('is told the kinds: %s', (_, object) => {
    expect(problem(object).message).toMatch(/^kind is missing\. Kinds are: approov-token, /);
  });

  it('may be of a kind that was said', () => {
    const { kind: _, ...file } = PAYLOAD;
    expect(inspectEvidence(file, { kind: 'play-integrity' })).toMatchObject({ verdict: 'pass' });
    expect(problem(PAYLOAD, { kind: 'play-integrity' }).message).toMatch(
      /^kind is given in the evidence and beside it/,
    );
    expect(problem({}, { kind: 'x' as 'app-check' }).message).toMatch(
      /^kind is not a kind of evidence .*Kinds are: /,
    );
  });
});
