import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dissectEvidence, type EvidencePart } from '../../../src/inspect/index.js';
import type { EvidenceKindName } from '../../../src/inspect/kind-table.js';
import { base64, chainFile, PAYLOAD, TOKEN } from '../support/android-files.js';
import { APP_ID, ASSERTION, ATTESTATION, key, RECEIPT } from '../support/app-attest-files.js';
import { TOKENS } from '../support/bodies.js';
import { at, hexAt, misplaced, nodesOf } from './support/tree.js';

function dissect(kind: EvidenceKindName, file: object): readonly EvidencePart[] {
  return dissectEvidence({ kind, file: file as Record<string, unknown> });
}

function partOf(parts: readonly EvidencePart[], name: string): EvidencePart {
  const part = parts.find((each) => each.name === name);
  if (part === undefined)
    throw new Error(`no part ${name} among ${parts.map((each) => each.name).join(', ')}`);
  return part;
}

const EXTENSIONS = ['tbsCertificate', 'extensions', ''] as const;
describe('the parts', () => {
  it.each<[string, EvidenceKindName, object, readonly string[]]>([
    [
      'of an attestation',
      'app-attest-attestation',
      ATTESTATION,
      ['attestation cbor', 'attestation.attStmt.x5c[0] der'],
    ],
    ['of an assertion', 'app-attest-assertion', ASSERTION, ['assertion cbor', 'publicKey der']],
    [
      'of a receipt',
      'app-attest-receipt',
      RECEIPT,
      ['receipt der', 'receipt.certificates[0] der', 'publicKey der'],
    ],
    ['of a chain', 'key-attestation', chainFile(), ['certificateChain[0] der', 'certificateChain[1] der']],
    ['of a verdict', 'play-integrity', PAYLOAD, ['payload json']],
    ['of an encrypted verdict', 'play-integrity', TOKEN, ['token jwe']],
    ['of a session', 'session-token', { token: TOKENS.session }, ['token jws']],
    [
      'of a request',
      'approov-message',
      { headers: { 'Approov-Token': 'a.b.c', signature: 'x' } },
      ['headers json', 'headers.approov-token jws'],
    ],
    [
      'of a signature',
      'key-attestation-signature',
      { signature: 'MAA=', publicKey: {} },
      ['signature der', 'publicKey json'],
    ],
    ['of a raw signature', 'key-attestation-signature', { signature: 'AAAA' }, ['signature bytes']],
    ['of nothing', 'app-check', {}, []],
  ])('%s', (_, kind, file, names) => {
    const parts = dissect(kind, file).map(({ name, encoding }) => `${name} ${encoding}`);
    expect(parts).toEqual(expect.arrayContaining([...names]));
    expect(parts.length > 0).toBe(names.length > 0);
  });

  it('have no private key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = privateKey.export({ format: 'jwk' });
    expect(dissect('session-token', { publicKey: jwk })).toEqual([]);
    expect(dissect('session-token', { publicKey: { kty: 'oct', k: 'AAAA' } })).toEqual([]);
    const { d: _, ...rest } = jwk;
    expect(dissect('session-token', { publicKey: rest })).toHaveLength(1);
    expect(dissect('approov-token', { token: 'a.b.c', secretBase64: 'AAAA' })).toHaveLength(1);
  });

  it('say that their base64 is not canonical', () => {
    const spaced = ASSERTION.assertion.replaceAll(/.{64}/g, '$&\n');
    const [part] = dissect('app-attest-assertion', { assertion: spaced });
    expect(part?.problem).toBe('it is not base64 in its one canonical form');
    expect(part?.root).toEqual(dissect('app-attest-assertion', ASSERTION)[0]?.root);
  });
});

describe('authenticator data', () => {
  const part = partOf(dissect('app-attest-attestation', ATTESTATION), 'attestation');
  const field = (...path: readonly string[]) => at(part, 'authData', ...path);

  it('of an attestation is opened by its fields', () => {
    expect(
      at(part, 'authData')
        .children.map(({ label, length }) => [label, length])
        .slice(0, 6),
    ).toEqual([
      ['rpIdHash', 32],
      ['flags', 1],
      ['counter', 4],
      ['aaguid', 16],
      ['credentialIdLength', 2],
      ['credentialId', 32],
    ]);
    expect(field('aaguid').meaning).toBe('App Attest, production');
    expect(field('flags').meaning).toContain('AT, attested credential data');
    expect(field('counter').value).toBe('0');
    expect(hexAt(part, field('credentialId'))).toBe(Buffer.from(key.keyId, 'base64').toString('hex'));
    expect(field('credentialPublicKey', 'alg (3)')).toMatchObject({ value: '-7', meaning: 'ES256' });
    const x = hexAt(part, field('credentialPublicKey', 'x (-2)'), true);
    expect(Buffer.from(key.publicKey).toString('hex')).toContain(x);
  });

  it('of an assertion has no credential', () => {
    const [assertion] = dissect('app-attest-assertion', ASSERTION);
    const names = at(assertion, 'authenticatorData').children.map(({ label }) => label);
    expect(names.slice(0, 3)).toEqual(['rpIdHash', 'flags', 'counter']);
    expect(names).not.toContain('aaguid');
    expect(at(assertion, 'authenticatorData', 'counter').value).toBe('1');
    expect(at(assertion, 'signature', '', 'r').type).toBe('INTEGER');
  });

  it.each<[string, string]>([
    ['', 'ends within rpIdHash'],
    ['00'.repeat(36), 'ends within counter'],
    ['00'.repeat(38), 'ends within aaguid'],
    [`${'00'.repeat(53)}ffff0102`, 'ends within credentialId, at'],
    [`${'00'.repeat(53)}0000`, 'ends before credentialPublicKey'],
    [`${'00'.repeat(53)}0000a0a000`, 'bytes follow the authenticator data'],
    [`${'5f'.repeat(16)}${'00'.repeat(21)}5f5f646566696e654765747465725f5f0000a0`, '-'],
  ])('that is malformed is shown as far as it goes: %s', (hex, problem) => {
    const data = Buffer.from(hex, 'hex');
    const head = Buffer.from('a16861757468446174615900', 'hex');
    const bytes = Buffer.concat([head, Buffer.of(data.length), data]);
    const [read] = dissect('app-attest-attestation', { attestation: base64(bytes) });
    if (read === undefined) throw new Error('no part');
    expect(misplaced(read)).toEqual([]);
    if (problem === '-') expect(at(read, 'authData', 'aaguid').meaning).toBe('"__defineGetter__"');
    else expect(read.problem).toContain(problem);
  });
});

describe('a certificate', () => {
  const parts = dissect('key-attestation', chainFile());

  it('has its key description opened in place, with the names of its tags', () => {
    const octets = [...EXTENSIONS, 'Android key description', 'extnValue', ''];
    const description = at(parts[0], ...octets);
    expect(description.children.map(({ label }) => label)).toEqual([
      'attestationVersion',
      'attestationSecurityLevel',
      'keyMintVersion',
      'keyMintSecurityLevel',
      'attestationChallenge',
      'uniqueId',
      'softwareEnforced',
      'hardwareEnforced',
    ]);
    expect(at(parts[0], ...octets, 'attestationSecurityLevel').meaning).toBe('TRUSTED_ENVIRONMENT');
    expect(at(parts[0], ...octets, 'hardwareEnforced', 'rootOfTrust', '', 'deviceLocked').value).toBe('true');
    const packages = [
      ...octets,
      'softwareEnforced',
      'attestationApplicationId',
      '',
      '',
      'packages',
      '0',
      'name',
    ];
    expect(at(parts[0], ...packages).meaning).toMatch(/^"com\./);
  });

  it('says who signed it, also in another order', () => {
    const facts = (all: readonly EvidencePart[]) => all.map(({ certificate }) => certificate?.signedBy);
    const { certificateChain } = chainFile();
    const last = certificateChain.length - 1;
    expect(facts(parts)).toEqual([...certificateChain.keys()].map((index) => Math.min(index + 1, last)));
    const reversed = dissect('key-attestation', { certificateChain: certificateChain.toReversed() });
    expect(facts(reversed)).toEqual([...certificateChain.keys()].map((index) => Math.max(index - 1, 0)));
    expect(facts(dissect('key-attestation', { certificateChain: certificateChain.slice(0, 1) }))).toEqual([
      undefined,
    ]);
    expect(parts.at(-1)?.certificate?.root).toBeUndefined();
  });

  it('is signed by its neighbor, whatever that is called', () => {
    const [leaf = '', issuer = ''] = chainFile().certificateChain;
    const renamed = Buffer.from(issuer, 'base64');
    const [name] = at(parts[1], 'tbsCertificate', 'subject').children;
    const end = (name?.offset ?? 0) + (name?.length ?? 0);
    renamed[end - 1] = 0x5a; // the last letter
    const [first, second] = dissect('key-attestation', { certificateChain: [leaf, base64(renamed)] });
    expect(second?.certificate?.subject).not.toBe(first?.certificate?.issuer);
    expect(first?.certificate?.signedBy).toBe(1);
  });

  it('is not signed by a key that only has the name of its issuer', () => {
    const [leaf = '', issuer = ''] = chainFile().certificateChain;
    const forged = Buffer.from(issuer, 'base64');
    const spki = at(parts[1], 'tbsCertificate', 'subjectPublicKeyInfo', 'subjectPublicKey');
    const other = Buffer.from(chainFile().certificateChain.at(-1) ?? '', 'base64');
    expect(other.length).toBeGreaterThan(0);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
    if (spki.length - spki.header - 1 === point.length) point.copy(forged, spki.offset + spki.header + 1);
    const [first] = dissect('key-attestation', { certificateChain: [leaf, base64(forged)] });
    expect(first?.certificate?.signedBy).toBeUndefined();
  });

  it('tells what it says', () => {
    const [leaf] = parts;
    expect(leaf?.certificate).toMatchObject({ subject: 'CN=Android Keystore Key', key: 'EC P-256' });
    expect(leaf?.certificate?.notBefore).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(leaf?.certificate?.pin).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(partOf(dissect('app-attest-assertion', ASSERTION), 'publicKey').certificate).toBeUndefined();
  });
});

describe('a receipt', () => {
  it('has its fields named', () => {
    const part = partOf(dissect('app-attest-receipt', RECEIPT), 'receipt');
    expect(at(part, 'contentType').meaning).toBe('signedData');
    const names = at(part, 'content', 'signedData').children.map(({ label }) => label);
    expect(names).toEqual(expect.arrayContaining(['encapContentInfo', 'certificates', 'signerInfos']));
    const all = dissect('app-attest-receipt', RECEIPT).flatMap(({ root }) => nodesOf(root));
    const app = all.find(({ node }) => node.label === 'appId')?.node;
    expect(app?.children.find(({ label }) => label === 'value')?.meaning).toBe(`"${APP_ID}"`);
  });
});
