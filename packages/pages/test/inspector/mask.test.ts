import { createVirtualApple } from '../../../testing/src/apple/index.js';
import { createVirtualGoogle } from '../../../testing/src/google/index.js';
import { describe, expect, test } from 'vitest';
import { dissectEvidence, inspectEvidence, readEvidence } from '../../../attestkit/src/inspect/index.js';
import { formsOf, identifiersIn } from '../../src/inspector/saved/identifiers.js';
import { masked } from '../../src/inspector/saved/mask.js';

const NAMES = [
  'attestationIdSerial',
  'attestationIdImei',
  'attestationIdSecondImei',
  'attestationIdMeid',
  'uniqueId',
  'keyId',
  'key_id',
  'credentialId',
  'deviceId',
  'device_id',
  'did',
  'sub',
  'ipk',
  'recordId',
  'publicKey',
  'receipt',
  'serialNumber',
  'thumbprint',
  'revocableSerials',
  'sid',
];

describe('identifiers', () => {
  test.each(NAMES)('%s is hidden, wherever it stands', (name) => {
    const value = 'R58N30ABCDE';
    const report = {
      result: { deep: [{ [name]: value }] },
      checks: [{ detail: `found "${value}", expected "x"` }],
      notes: [value],
    };
    const text = JSON.stringify(masked(report));
    expect(text).not.toContain(value);
    expect(text).toContain('found \\"[hidden 1]\\", expected \\"x\\"');
  });

  test.each(['appId', 'packageName', 'platform', 'at', 'kind', 'osVersion', 'id'])('%s is shown', (name) => {
    expect(masked({ [name]: 'com.example.app' })).toEqual({ [name]: 'com.example.app' });
  });

  test('equal ones have equal numbers, others have others', () => {
    expect(masked({ keyId: 'first-key-id', deviceId: 'second-device', again: 'first-key-id' })).toEqual({
      keyId: expect.stringMatching(/^\[hidden (\d)\]$/),
      deviceId: expect.stringMatching(/^\[hidden (\d)\]$/),
      again: expect.stringMatching(/^\[hidden (\d)\]$/),
    });
    const { keyId, deviceId, again } = masked({
      keyId: 'first-key-id',
      deviceId: 'second-device',
      again: 'first-key-id',
    });
    expect(keyId).toBe(again);
    expect(keyId).not.toBe(deviceId);
  });

  test('the key is one value in base64, base64url and hexadecimal', () => {
    const bytes = Buffer.from('fb'.repeat(16), 'hex');
    const forms = [
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
    ];
    for (const form of forms) {
      const { detail } = masked({ keyId: form, detail: forms.join(' | ') });
      expect(detail).toBe('[hidden 1] | [hidden 1] | [hidden 1] | [hidden 1]');
    }
  });

  test('text is hidden also in base64 and where JSON escapes it', () => {
    const serial = 'A"B\\C\u0007D';
    const detail = `found ${JSON.stringify(serial)}, ${Buffer.from(serial).toString('base64')}`;
    expect(masked({ attestationIdSerial: serial, detail }).detail).toBe('found "[hidden 1]", [hidden 1]');
  });

  test('lists, numbers and objects below such a name are hidden; empty ones say that they are empty', () => {
    expect(
      masked({ serials: ['1', 'f59c0ae29d042966'], publicKey: { kty: 'EC' }, did: 123_456_789, sub: '' }),
    ).toEqual({
      serials: ['[hidden 0]', expect.stringMatching(/^\[hidden \d\]$/)].map(() =>
        expect.stringMatching(/^\[hidden \d\]$/),
      ),
      publicKey: { kty: expect.stringMatching(/^\[hidden/) },
      did: expect.stringMatching(/^\[hidden/),
      sub: '',
    });
  });

  test('is hidden as often as it stands in a sentence', () => {
    expect(masked({ keyId: 'abcdefgh', detail: 'abcdefgh, abcdefgh and abcdefghi' }).detail).toBe(
      '[hidden 1], [hidden 1] and [hidden 1]i',
    );
  });

  test('a short one is hidden itself, and leaves other texts whole', () => {
    expect(masked({ serialNumber: '01', at: '2026-01-01' })).toEqual({
      serialNumber: '[hidden 1]',
      at: '2026-01-01',
    });
  });

  test('the id of a key is one, that of an app is not', () => {
    expect(masked({ key: { id: 'abcdefgh' }, app: { id: 'com.example' } })).toEqual({
      key: { id: '[hidden 1]' },
      app: { id: 'com.example' },
    });
  });

  test('what was given beside the evidence is hidden in the report', () => {
    const report = { detail: 'found "a", expected "the-device-of-the-test"' };
    expect(masked(report, [{ deviceId: 'the-device-of-the-test' }]).detail).toBe(
      'found "a", expected "[hidden 1]"',
    );
  });

  test('a check of identifiers hides what it quotes, though no member has it', () => {
    const check = {
      code: 'ERR_APP_ATTEST_KEY_ID_MISMATCH',
      detail: 'says: found "aaaaaaaa", expected "bbbb\\"bbbb"',
    };
    expect(masked({ checks: [check] }).checks[0]?.detail).toMatch(
      /^says: found "\[hidden \d\]", expected "\[hidden \d\]"$/,
    );
    const other = { ...check, code: 'ERR_APP_ATTEST_COUNTER_INVALID' };
    expect(masked({ checks: [other] }).checks[0]).toEqual(other);
  });

  test('numbers in names of certificates are hidden, also where they stand elsewhere', () => {
    const number = 'cebc2f9d831c05b97add2b8261dab51f';
    const shown = masked({
      parts: [{ certificate: { subject: `O=TEE, CN=${number}`, notBefore: '2026-01-01' } }],
      other: number,
    });
    expect(JSON.stringify(shown)).not.toContain(number);
    expect(shown.parts[0]?.certificate.notBefore).toBe('2026-01-01');
    expect(shown.parts[0]?.certificate.subject).toMatch(/^O=TEE, CN=\[hidden/);
  });

  test('a name that quotes one is hidden too', () => {
    expect(Object.keys(masked({ keyId: 'secret-key-id', 'of secret-key-id': 1 }))).toEqual([
      'keyId',
      'of [hidden 1]',
    ]);
  });

  test('nesting and names of every object do not stop it', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"keyId":"abcdefgh"},"x":"abcdefgh","constructor":"abcdefgh"}',
    ) as object;
    expect(JSON.stringify(masked(hostile))).not.toContain('abcdefgh');
    let deep: unknown = { keyId: 'abcdefgh' };
    for (let depth = 0; depth < 50_000; depth++) deep = [deep];
    expect(identifiersIn(deep)).toEqual(['abcdefgh']);
  });

  test('forms are never short', () => {
    for (const identifier of ['1', 'ab', 'abcde', '{}', 'QQ=='])
      for (const form of formsOf(identifier)) expect(form.length).toBeGreaterThan(5);
  });
});

describe('real reports', () => {
  test('of an Android key have none of its identifiers', () => {
    const phone = createVirtualGoogle().createAndroid({
      packageName: 'com.example.app',
      signingDigests: ['ab'.repeat(32)],
    });
    const certificateChain = phone
      .generateKey({ challenge: 'AQAB' })
      .certificateChain.map((der) => Buffer.from(der).toString('base64'));
    const report = inspectEvidence({ kind: 'key-attestation', certificateChain, challengeText: 'AQAB' });
    const { file } = readEvidence({ kind: 'key-attestation', certificateChain });
    const parts = dissectEvidence({ kind: 'key-attestation', file }).map(({ certificate }) => ({
      certificate,
    }));
    const content = report.verdict === 'fail' ? report.unverified : report.result;
    const { key, facts } = content as unknown as {
      key: { id: string; publicKey: string; thumbprint: string };
      facts: { serials: string[]; subjects: string[] };
    };
    const secrets = [
      key.id,
      key.publicKey,
      key.thumbprint,
      ...facts.serials.slice(1),
      ...(facts.subjects[1]?.match(/[\da-f]{32}/) ?? []),
    ];
    expect(secrets.length).toBeGreaterThan(6);
    const text = JSON.stringify(masked({ report, parts }));
    for (const secret of secrets) {
      expect(JSON.stringify({ report, parts })).toContain(secret);
      expect(text).not.toContain(secret);
    }
    expect(text).toContain('com.example.app');
  });

  test('of an App Attest key too, with another key id expected', () => {
    const appId = 'TEAMID1234.com.example.app';
    const key = createVirtualApple().createIPhone({ appId }).generateKey();
    const keyId = Buffer.alloc(32, 7).toString('base64');
    const attestation = Buffer.from(key.attest({ challenge: 'AQAB' })).toString('base64');
    const report = inspectEvidence({
      kind: 'app-attest-attestation',
      attestation,
      appId,
      keyId,
      challengeText: 'AQAB',
    });
    const before = JSON.stringify(report);
    const text = JSON.stringify(masked(report, [{ keyId }]));
    for (const secret of [
      key.keyId.replace(/=+$/, ''),
      keyId.replace(/=+$/, ''),
      Buffer.from(key.keyId, 'base64').toString('hex'),
    ])
      expect(text).not.toContain(secret);
    expect(before).toContain(key.keyId.replace(/=+$/, ''));
    expect(before).toContain(keyId);
  });
});
