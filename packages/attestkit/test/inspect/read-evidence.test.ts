import { describe, expect, it } from 'vitest';
import { EvidenceError, inspectEvidence, readEvidence } from '../../src/inspect/index.js';
import { KIND_NAMES, KINDS } from '../../src/inspect/kind-table.js';
import { VERDICT_CHECKS } from '../../src/play-integrity/internal.js';
import { token as appCheckToken } from '../app-check/support/tokens.js';
import { SECRET } from '../cli/support/terminal.js';
import { token as playToken } from '../play-integrity/support/tokens.js';
import { base64, chainFile, EXPECT, PAYLOAD, TOKEN } from './support/android-files.js';
import { ASSERTION, ATTESTATION, FILES, key, made, RECEIPT } from './support/app-attest-files.js';
import { assert, ASSERT, attest, ATTEST, TOKENS } from './support/bodies.js';

const CHAIN = chainFile();
const texts = CHAIN.certificateChain;
const pem = texts.map((text) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`).join('');
const now = Date.parse(CHAIN.at);
const assertion = base64(key.assert({ clientData: Buffer.from('x') }));
const field = `v=1; key_id=${key.keyId.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}; assertion=${assertion}`;
const approov = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from('{"exp":1}').toString('base64url')}.AAAA`;

/** What is inspected without anything else, in every form in which it is pasted. */
const COMPLETE: readonly (readonly [string, unknown])[] = [
  ['a token', approov],
  ['a token in quotation marks', `"${approov}"`],
  ['a token after Bearer', `Bearer ${approov}`],
  ['a header line', `Approov-Token: Bearer ${approov}`],
  ['a word of the SDK', 'NO_NETWORK'],
  ['a session token', TOKENS.session],
  ['the body of revoke', { token: TOKENS.session }],
  ['the placeholder of Firebase', Buffer.from('{"error":"UNKNOWN_ERROR"}').toString('base64')],
  ['a chain in PEM', pem],
  ['a chain in PEM as bytes', Buffer.from(pem)],
  ['a chain in DER', Buffer.concat(texts.map((text) => Buffer.from(text, 'base64')))],
  ['a chain as lines', texts.join('\n')],
  ['a chain as a list', JSON.stringify(texts)],
  ['the root first', texts.toReversed()],
  ['the answer of Google', { tokenPayloadExternal: PAYLOAD.payload }],
  ['the answer in data as text', { data: JSON.stringify({ tokenPayloadExternal: PAYLOAD.payload }) }],
  ['a verdict with what it is compared with', { ...PAYLOAD.payload, expect: EXPECT }],
  ['the body of attest', { ...attest, ...ATTEST }],
  ['the body of attest with unknown members', JSON.stringify({ ...attest, ...ATTEST, user: 'u' })],
  ['the body of assert', { ...assert, ...ASSERT }],
  ['the body of attest of Android', { device_id: 'd', challenge: 'AQAB', certificate_chain: texts }],
  ['evidence files', ATTESTATION],
  ['evidence files as text', JSON.stringify(ASSERTION)],
  ['a file of a verdict as text', { ...PAYLOAD, payload: JSON.stringify(PAYLOAD.payload) }],
];

/** The members beside the evidence itself. */
function without(file: object, evidence: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(file).filter(([name]) => name !== 'kind' && name !== evidence));
}

describe('what evidence is read as', () => {
  it.each(COMPLETE)('is inspected like the evidence itself: %s', (_, evidence) => {
    const { readAs, notes = [], ...report } = inspectEvidence(evidence, { now });
    const { kind, title, file, ...read } = readEvidence(evidence);
    const again = inspectEvidence({ kind, ...file }, { now });
    expect(again).toEqual(report);
    expect([read.readAs, read.notes]).toEqual([readAs, notes]);
    expect(title).toBe(KINDS[report.kind].title);
    expect(file).not.toHaveProperty('kind');
    expect(read.takes.filter(({ give, given }) => give !== undefined && !given)).toEqual([]);
  });

  const ofAttestation = without(ATTESTATION, 'attestation');
  const ofAssertion = without(ASSERTION, 'assertion');
  const ofReceipt = without(RECEIPT, 'receipt');
  const bytes = Buffer.from(RECEIPT.receipt, 'base64');

  it.each<[string, unknown, Record<string, unknown>]>([
    ['an attestation in bytes', Buffer.from(made), ofAttestation],
    ['an attestation in hexadecimal', Buffer.from(made).toString('hex'), ofAttestation],
    ['an attestation in base64url', Buffer.from(made).toString('base64url'), ofAttestation],
    ['an assertion in base64', ASSERTION.assertion, ofAssertion],
    ['an assertion in a header line', `X-App-Attest: ${field}`, { ...ofAssertion, clientData: base64('x') }],
    ['a receipt with line breaks', RECEIPT.receipt.replaceAll(/.{64}/g, '$&\n'), ofReceipt],
    ['a receipt in bytes', bytes, ofReceipt],
    ['the body of attest', attest, ATTEST],
    ['the body of assert, with the audience', assert, ASSERT],
    ['the body of assert, as text', JSON.stringify(assert), ASSERT],
    ['a Play Integrity token', playToken(), { ...TOKEN, kind: undefined, token: undefined }],
    ['a Play Integrity token, decoded by Google', playToken(), { payload: PAYLOAD.payload, at: PAYLOAD.at }],
  ])('takes the members that it lacks: %s', (_name, evidence, members) => {
    const bare = readEvidence(evidence);
    const missing = bare.takes.filter(({ give, given }) => give !== undefined && !given);
    expect(missing.length).toBeGreaterThan(0);
    for (const { member, or = [] } of missing)
      expect([member, ...or].some((each) => members[each] !== undefined)).toBe(true);
    const read = readEvidence(evidence, { members });
    expect(read.takes.filter(({ give, given }) => give !== undefined && !given)).toEqual([]);
    expect(read.readAs).toBe(bare.readAs);
    const at = { now: Date.parse(ATTESTATION.at) };
    expect(inspectEvidence({ kind: read.kind, ...read.file }, at).verdict).toBe('pass');
  });

  it('can have further members beside it', () => {
    const { kind, file } = readEvidence(ATTESTATION.attestation);
    expect(inspectEvidence({ kind, ...file, ...ofAttestation }).verdict).toBe('pass');
    const token = readEvidence(approov);
    const withKey = { kind: token.kind, ...token.file, secretBase64: SECRET };
    expect(inspectEvidence(withKey).checks.map(({ code }) => code)).not.toContain('ERR_APPROOV_KEY_UNKNOWN');
  });

  it('makes the binding of a body and the payload that was added', () => {
    const body = { device_id: 'd', challenge: 'AQAB', integrity_token: playToken() };
    const { kind, file } = readEvidence(body, { members: { payload: PAYLOAD.payload, at: PAYLOAD.at } });
    expect(file).not.toHaveProperty('token');
    const failed = inspectEvidence({ kind, ...file }).checks.filter(({ ok }) => !ok);
    expect(failed.map(({ code }) => code)).toContain(VERDICT_CHECKS.binding.code);
  });

  it('keeps a member of a body beside one of its name', () => {
    const { file } = readEvidence(attest, { members: { ...ATTEST, challenge: 'AAAA' } });
    expect(file).toMatchObject({ challengeText: attest['challenge'], challenge: 'AAAA' });
  });

  it('names the audience if lines can be made with it', () => {
    const [first] = readEvidence(assert).takes.filter(({ member }) => member === 'audience');
    expect(first).toMatchObject({ given: false, or: ['clientDataText', 'clientData', 'clientDataHash'] });
    expect(readEvidence(assert).takes.map(({ member }) => member)).toContain('clientDataText');
    expect(readEvidence(assertion).takes.map(({ member }) => member)).not.toContain('audience');
  });

  it('lists the members that are needed first, each once', () => {
    for (const kind of KIND_NAMES) {
      const { takes } = readEvidence({ kind });
      const needed = takes.map(({ give }) => give !== undefined);
      expect(needed.indexOf(false)).toBe(KINDS[kind].needs.length);
      expect(needed.lastIndexOf(true)).toBe(KINDS[kind].needs.length - 1);
      expect(new Set(takes.map(({ member }) => member)).size).toBe(takes.length);
      expect(takes.filter(({ given }) => given)).toEqual([]);
    }
  });

  it.each<[string, unknown, string]>([
    ['nothing', '', 'evidence'],
    ['a number', 1, 'evidence'],
    ['null', null, 'evidence'],
    ['an unknown kind', { kind: 'passport' }, 'kind'],
    ['a prototype name as kind', { kind: 'constructor' }, 'kind'],
    ['an object without a kind', {}, 'kind'],
    ['too much', ' '.repeat(1_048_577), 'evidence'],
    ['too many bytes', Buffer.alloc(1_048_577), 'evidence'],
    ['a refresh token', { refresh_token: 'x' }, 'evidence'],
    ['an attestation without its key', { ...attest, key_id: '' }, 'evidence'],
  ])('is an error for %s, as it is to the inspector', (_name, evidence, member) => {
    for (const read of [readEvidence, inspectEvidence]) {
      expect(() => read(evidence)).toThrow(EvidenceError);
      expect(() => read(evidence)).toThrow(expect.objectContaining({ member }));
    }
  });

  it('is of the kind that is named', () => {
    expect(readEvidence(approov, { kind: 'session-token' })).toMatchObject({
      title: 'Session token',
      file: { token: approov },
    });
    expect(readEvidence(approov, { kind: 'session-token' })).not.toHaveProperty('readAs');
    expect(() => readEvidence(FILES[0], { kind: 'app-check' })).toThrow(EvidenceError);
    expect(readEvidence(appCheckToken()).kind).toBe('app-check');
  });
});
