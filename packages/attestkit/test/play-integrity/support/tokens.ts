import { createCipheriv, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { playIntegrityKeys, type VerdictExpectations } from '../../../src/play-integrity/index.js';

/** A clock, an app and a request that every test of the room shares. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');
export const PACKAGE = 'com.example.app';
export const DIGEST = randomBytes(32);
export const NONCE = randomBytes(32).toString('base64url');
export const HASH = 'the hash of a request';

/** A good verdict on a classic request; any of its sections may be replaced. */
export function verdict(sections: object = {}): Record<string, unknown> {
  return {
    requestDetails: { requestPackageName: PACKAGE, nonce: NONCE, timestampMillis: `${NOW - 5000}` },
    appIntegrity: APP,
    deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'] },
    accountDetails: { appLicensingVerdict: 'LICENSED' },
    ...sections,
  };
}

export const APP = {
  appRecognitionVerdict: 'PLAY_RECOGNIZED',
  packageName: PACKAGE,
  certificateSha256Digest: [DIGEST.toString('base64url')],
  versionCode: '42',
};

export const request = (details: object): object => ({
  requestDetails: {
    requestPackageName: PACKAGE,
    nonce: NONCE,
    timestampMillis: `${NOW - 5000}`,
    ...details,
  },
});
export const app = (members: object): object => ({ appIntegrity: { ...APP, ...members } });
export const device = (members: object): object => ({
  deviceIntegrity: { deviceRecognitionVerdict: ['MEETS_DEVICE_INTEGRITY'], ...members },
});

/** What Google answers for a token that it decoded before. */
export const CLEARED = {
  appIntegrity: { appRecognitionVerdict: 'UNEVALUATED' },
  deviceIntegrity: {},
  accountDetails: { appLicensingVerdict: 'UNEVALUATED' },
};

export const expected: VerdictExpectations = {
  packageName: PACKAGE,
  acceptedCertificates: [DIGEST.toString('base64url')],
  nonce: NONCE,
  now: NOW,
};

/** An app's response keys as openssl prints them, and what Google holds of them. */
export function responseKeys() {
  const secret = randomBytes(32);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const printed = { decryptionKey: secret.toString('base64'), verificationKey: der.toString('base64') };
  return { secret, privateKey, publicKey, printed, keys: playIntegrityKeys(printed) };
}

export const own = responseKeys();

/** How a token is made; by default as Google makes it. */
export interface Making {
  readonly header?: object;
  readonly signed?: object;
  readonly secret?: Buffer;
  readonly key?: KeyObject;
  readonly iv?: Buffer;
  readonly tagLength?: number;
  readonly contentKey?: Buffer;
}

const json = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs a payload, well-formed or not. */
export function signed(payload: string, { signed: header = {}, key = own.privateKey }: Making = {}): string {
  const input = `${json({ alg: 'ES256', ...header })}.${Buffer.from(payload).toString('base64url')}`;
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** Encrypts a plaintext, well-formed or not. */
export function encrypted(plaintext: string | Buffer, making: Making = {}): string {
  const { header = {}, secret = own.secret, iv = randomBytes(12), tagLength = 16 } = making;
  const { contentKey = randomBytes(32) } = making;
  const protectedHeader = json({ alg: 'A256KW', enc: 'A256GCM', ...header });
  const kw = createCipheriv('id-aes256-wrap', secret, Buffer.alloc(8, 0xa6));
  const wrapped = Buffer.concat([kw.update(contentKey), kw.final()]);
  const length = contentKey.length as 32;
  const gcm = createCipheriv(length === 32 ? 'aes-256-gcm' : 'aes-128-gcm', contentKey, iv, {
    authTagLength: tagLength,
  });
  gcm.setAAD(Buffer.from(protectedHeader));
  const ciphertext = Buffer.concat([gcm.update(plaintext), gcm.final()]);
  return [protectedHeader, ...[wrapped, iv, ciphertext, gcm.getAuthTag()].map(base64url)].join('.');
}

/** A token for a verdict. */
export function token(sections: object = {}, making: Making = {}): string {
  return encrypted(signed(JSON.stringify(verdict(sections)), making), making);
}

const base64url = (bytes: Buffer): string => bytes.toString('base64url');
