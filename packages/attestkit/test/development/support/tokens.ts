import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { EnrollmentContext } from '../../../src/ports/enrollment.js';

/** A clock, an app, a device and a challenge that every test of the room shares. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');
export const SECONDS = NOW / 1000;
export const APP = 'com.example.app';
export const OTHER_APP = 'com.example.other';
const DEVICE = 'device-1';
export const CHALLENGE = 'AQEBAnR3byBieXRlcw';

export const context: EnrollmentContext = {
  challenge: CHALLENGE,
  deviceId: DEVICE,
  now: NOW,
  request: { method: 'POST', target: '/device/attest', fields: () => [] },
  consumeChallenge: () => Promise.reject(new Error('not asked')),
};

export function keyPair(namedCurve = 'P-256') {
  return generateKeyPairSync('ec', { namedCurve });
}

/** The development key, the key of the installation, and the key of a stranger. */
export const development = keyPair();
export const installation = keyPair();
export const stranger = keyPair();

export const PUBLIC_KEY = development.publicKey.export({ type: 'spki', format: 'pem' }) as string;
export const JWK = installation.publicKey.export({ format: 'jwk' });

export function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** `r` and `s` side by side. */
export function signed(text: string | Uint8Array, key: KeyObject = installation.privateKey): Buffer {
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
}

/** Signs the two parts as they are, well-formed or not. */
export function signParts(header: string, payload: string, key: KeyObject = development.privateKey): string {
  return `${header}.${payload}.${signed(`${header}.${payload}`, key).toString('base64url')}`;
}

export function requestHash(challenge = CHALLENGE, deviceId = DEVICE): string {
  return createHash('sha256').update(`attestkit-enrol-v1\n${challenge}\n${deviceId}`).digest('base64url');
}

export const HEADER = { alg: 'ES256', typ: 'attestkit-development+jwt' };

export const CLAIMS = {
  app_id: APP,
  challenge: CHALLENGE,
  request_hash: requestHash(),
  cnf: { jwk: JWK },
  exp: SECONDS + 300,
};

export function token(claims: object = {}, header: object = {}, key?: KeyObject): string {
  return signParts(part({ ...HEADER, ...header }), part({ ...CLAIMS, ...claims }), key);
}
