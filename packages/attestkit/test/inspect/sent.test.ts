import { describe, expect, it } from 'vitest';
import { inspectEvidence } from '../../src/inspect/index.js';
import { kindOf } from '../../src/inspect/internal.js';
import { encrypted, token as playToken } from '../play-integrity/support/tokens.js';
import { part, token as appCheckToken } from '../app-check/support/tokens.js';
import { APP_CHECK, chainFile, PAYLOAD } from './support/android-files.js';
import { problem } from './support/unusable.js';

const CHAIN = chainFile();

describe('a bare token of Google’s', () => {
  it.each<[string, string, RegExp]>([
    [
      'Play Integrity',
      playToken(),
      /^evidence is read as a Play Integrity token.* kind play-integrity.* standard token/,
    ],
    ['Play Integrity, whatever is in it', encrypted('x', { header: { enc: 'A128GCM' } }), /Play Integrity/],
    ['App Check', appCheckToken(), /^evidence is read as a Firebase App Check token.* kind app-check/],
  ])('of %s is not taken for one of Approov’s', (_, token, message) => {
    expect(problem(token).message).toMatch(message);
    expect(problem(token).message).toMatch(/see docs\/inspect\.md\./);
    expect(kindOf(token)).not.toBe('approov-token');
  });

  it.each<[string, string]>([
    ['encrypted in another way', encrypted('x', { header: { alg: 'dir' } })],
    ['of another issuer', appCheckToken({ iss: 'https://example.com/' })],
    [
      'of an issuer with a name that only begins so',
      appCheckToken({ iss: 'https://firebaseappcheck.googleapis.com.evil' }),
    ],
    ['of an issuer that is none', appCheckToken({ iss: 1 })],
    ['signed in another way', `${part({ alg: 'ES256' })}.${appCheckToken().split('.').slice(1).join('.')}`],
    ['of junk', '?.?.?'],
    ['of dots', '.'.repeat(50)],
    ['of nothing in it', '....'],
  ])('is no token %s: that is held to be Approov’s', (_, token) => {
    expect(kindOf(token)).toBe('approov-token');
  });

  it('is judged as its file says', () => {
    const file = { kind: 'approov-token', token: playToken() };
    expect(inspectEvidence(file)).toMatchObject({ code: 'ERR_APPROOV_TOKEN_ENCRYPTION_UNSUPPORTED' });
  });
});

describe('a file with the names of a body', () => {
  it.each<[string, object, RegExp]>([
    ['certificate_chain', { ...CHAIN, certificate_chain: [] }, /it is "certificateChain"/],
    ['integrity_token', { ...PAYLOAD, integrity_token: '' }, /it is "token"/],
    ['app_check_token', { ...APP_CHECK, app_check_token: '' }, /it is "token"/],
    ['tokenPayloadExternal', { ...PAYLOAD, tokenPayloadExternal: {} }, /it is "payload"/],
    ['device_id', { ...CHAIN, device_id: 'd-1' }, /Members are .*certificateChain/],
    ['constructor', { ...CHAIN, constructor: 1 }, /Members are .*certificateChain/],
  ])('has a name that the file has not: %s', (name, file, message) => {
    expect(problem(file).message).toMatch(new RegExp(`^${name} is not a member of [a-z-]+ evidence\\. `));
    expect(problem(file).message).toMatch(message);
  });
});

describe('certificates as tools print them', () => {
  const [leaf = '', ...upper] = CHAIN.certificateChain;
  const pem = `-----BEGIN CERTIFICATE-----\n${leaf}\n-----END CERTIFICATE-----`;
  const wrapped = leaf.replaceAll(/.{76}/g, '$&\n');

  it.each<[string, unknown, string, RegExp]>([
    ['PEM', [leaf, pem], 'certificateChain[1]', /: it is PEM\. Leave out the lines -----BEGIN/],
    ['base64 in lines', [...upper, wrapped], 'certificateChain[4]', /: it has line breaks or spaces\. /],
    ['base64 and a line break', [`${leaf}\n`], 'certificateChain[0]', /: it has line breaks or spaces\. /],
    ['other text', [leaf, '?'], 'certificateChain[1]', /is not base64 or base64url\. Give /],
    ['no text', [leaf, 1], 'certificateChain', /is not a list of base64 or base64url\. Give /],
    ['one text', pem, 'certificateChain', /is not a list of base64 or base64url\. Give /],
  ])('are not read: %s', (_, certificateChain, member, message) => {
    const error = problem({ ...CHAIN, certificateChain });
    expect(error.member).toBe(member);
    expect(error.message.startsWith(`${member} is not `)).toBe(true);
    expect(error.message).toMatch(message);
  });

  it('are named in any member with bytes', () => {
    expect(problem({ ...CHAIN, roots: [pem] }).message).toMatch(/^roots\[0\] is not .* it is PEM\./);
    expect(problem({ ...CHAIN, challenge: 'AA AA' }).message).toMatch(/challengeText\.$/);
  });
});
