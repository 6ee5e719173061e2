import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  inspectPlayIntegrityVerdict,
  playIntegrityKeys,
  verifyPlayIntegrityToken,
  verifyPlayIntegrityVerdict,
  type PlayIntegrityKeys,
  type ResponseKeys,
  type VerdictExpectations,
} from '../../src/play-integrity/index.js';
import { PLAY_INTEGRITY_CHECKS } from '../../src/play-integrity/internal.js';
import { expected, own, responseKeys, token, verdict } from './support/tokens.js';

const configuration = (variable: string): unknown =>
  expect.objectContaining({ name: 'ConfigurationError', variable });

describe('the expectations', () => {
  it.each([
    ['packageName', { packageName: undefined }],
    ['packageName', { packageName: 'app' }],
    ['packageName', { packageName: 'com.example/../evil' }],
    ['packageName', { packageName: 'com.example.app\n' }],
    ['packageName', { packageName: '../com.example.app' }],
    ['packageName', { packageName: '1com.example' }],
    ['packageName', { packageName: ['com.example.app'] }],
    ['acceptedCertificates', { acceptedCertificates: [] }],
    ['acceptedCertificates', { acceptedCertificates: [''] }],
    ['acceptedCertificates', { acceptedCertificates: 'x' }],
    ['minimumVersionCode', { minimumVersionCode: -1 }],
    ['minimumVersionCode', { minimumVersionCode: -1n }],
    ['minimumVersionCode', { minimumVersionCode: 1.5 }],
    ['minimumVersionCode', { minimumVersionCode: '1.5' }],
    ['minimumVersionCode', { minimumVersionCode: 2 ** 60 }],
    ['requestHash', { nonce: undefined }],
    ['requestHash', { requestHash: 'both' }],
    ['nonce', { nonce: '' }],
    ['nonce', { nonce: 'x'.repeat(501) }],
    ['nonce', { nonce: 7 }],
    ['maxAgeSeconds', { maxAgeSeconds: 0 }],
    ['maxAgeSeconds', { maxAgeSeconds: Number.NaN }],
    ['maxAgeSeconds', { maxAgeSeconds: 86_401 }],
    ['leewaySeconds', { leewaySeconds: -1 }],
    ['leewaySeconds', { leewaySeconds: 301 }],
    ['now', { now: Number.NaN }],
    ['appVerdicts', { appVerdicts: [] }],
    ['appVerdicts', { appVerdicts: ['UNEVALUATED'] }],
    ['deviceLabels', { deviceLabels: [] }],
    ['deviceLabels', { deviceLabels: ['MEETS_DEVICE'] }],
    ['deviceLabels', { deviceLabels: ['UNKNOWN'] }],
    ['deviceLabels', { deviceLabels: 'MEETS_DEVICE_INTEGRITY' }],
    ['minimumSdk', { minimumSdk: 0 }],
    ['minimumSdk', { minimumSdk: '33' }],
    ['licensing', { licensing: [] }],
    ['licensing', { licensing: ['licensed'] }],
    ['deviceActivity', { deviceActivity: ['LEVEL_5'] }],
    ['appAccessRisk', { appAccessRisk: ['INSTALLED'] }],
    ['playProtect', { playProtect: [] }],
    ['allowTesting', { allowTesting: 'false' }],
    ['package', { package: 'com.example.app' }],
  ])('are refused with a wrong %s', (variable, more) => {
    const rules = { ...expected, ...more } as unknown as VerdictExpectations;
    expect(() => verifyPlayIntegrityVerdict(verdict(), rules)).toThrow(configuration(variable) as Error);
    expect(() => inspectPlayIntegrityVerdict(verdict(), rules)).toThrow(configuration(variable) as Error);
  });

  it('take a name of single letters', () => {
    const rules: VerdictExpectations = { ...expected, packageName: 'a.b' };
    expect(inspectPlayIntegrityVerdict(verdict(), rules).verdict).toBe('fail');
  });

  it('need keys that were read', () => {
    const keys = own.printed as unknown as PlayIntegrityKeys;
    expect(() => verifyPlayIntegrityToken(token(), keys, expected)).toThrow(configuration('keys') as Error);
  });
});

describe('response keys', () => {
  const { printed } = own;
  const spki = (curve: string): string =>
    generateKeyPairSync('ec', { namedCurve: curve })
      .publicKey.export({ type: 'spki', format: 'der' })
      .toString('base64');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

  it.each<readonly [string, string, object | object[]]>([
    ['keys', 'no set', []],
    ['options', 'a text', ['x']],
    ['decryptionKey', 'no key', { decryptionKey: undefined }],
    ['decryptionKey', 'an empty key', { decryptionKey: '' }],
    [
      'decryptionKey',
      'a key of 16 bytes',
      { decryptionKey: Buffer.alloc(16, 'abcdefghijklmnop').toString('base64') },
    ],
    [
      'decryptionKey',
      'a key of 33 bytes',
      { decryptionKey: Buffer.concat([own.secret, Buffer.of(1)]).toString('base64') },
    ],
    ['decryptionKey', 'base64url', { decryptionKey: own.secret.toString('base64url') }],
    [
      'decryptionKey',
      'a key of one byte over and over',
      { decryptionKey: Buffer.alloc(32, 1).toString('base64') },
    ],
    ['decryptionKey', 'bytes', { decryptionKey: own.secret }],
    ['verificationKey', 'no key', { verificationKey: undefined }],
    ['verificationKey', 'a PEM', { verificationKey: own.publicKey.export({ type: 'spki', format: 'pem' }) }],
    ['verificationKey', 'another curve', { verificationKey: spki('P-384') }],
    [
      'verificationKey',
      'an RSA key',
      { verificationKey: rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64') },
    ],
    [
      'verificationKey',
      'a private key',
      { verificationKey: own.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64') },
    ],
    ['verificationKey', 'junk', { verificationKey: 'AAAA' }],
    ['verificationKeys', 'a misspelt name', { verificationKeys: 'x' }],
    ['decryptionKey', 'one key twice', [printed, printed]],
  ])('are refused with a wrong %s: %s', (variable, _, more) => {
    const given = Array.isArray(more) ? more : { ...printed, ...more };
    const run = (): unknown => playIntegrityKeys(given as unknown as ResponseKeys);
    expect(run).toThrow(configuration(variable) as Error);
  });

  it('never stand in the message', () => {
    const { decryptionKey } = responseKeys().printed;
    try {
      playIntegrityKeys({ decryptionKey: `${decryptionKey}x`, verificationKey: 'x' });
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toContain(decryptionKey.slice(0, 8));
    }
  });
});

it('has a catalog of distinct codes and names, without values', () => {
  const codes = PLAY_INTEGRITY_CHECKS.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(PLAY_INTEGRITY_CHECKS.map(({ name }) => name)).size).toBe(codes.length);
  expect(codes.every((code) => code.startsWith('ERR_PLAY_INTEGRITY_'))).toBe(true);
});
