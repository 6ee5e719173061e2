import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { SignedTokenExpectations } from '../../../src/signed-token/index.js';

/** A clock, an app, a device and a challenge that every test of the room shares. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');
export const SECONDS = NOW / 1000;
export const APP = 'com.example.app';
export const OTHER_APP = 'com.example.other';
export const DEVICE = 'device-1';
export const CHALLENGE = 'AQEBAnR3byBieXRlcw';

export function keyPair(namedCurve = 'P-256') {
  return generateKeyPairSync('ec', { namedCurve });
}

export const attester = keyPair();
export const stranger = keyPair();

export const JWKS = { keys: [{ ...attester.publicKey.export({ format: 'jwk' }), kid: 'k1' }] };

export const expected: SignedTokenExpectations = {
  jwks: JWKS,
  appIds: [APP, OTHER_APP],
  deviceId: DEVICE,
  challenge: CHALLENGE,
  now: NOW,
};

export function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** Signs the two parts as they are, well-formed or not. */
export function signParts(header: string, payload: string, key: KeyObject = attester.privateKey): string {
  const input = Buffer.from(`${header}.${payload}`);
  const signature = sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' });
  return `${header}.${payload}.${signature.toString('base64url')}`;
}

export const CLAIMS = {
  aud: APP,
  app_id: APP,
  device_id: DEVICE,
  challenge: CHALLENGE,
  exp: SECONDS + 300,
};

export function token(claims: object = {}, header: object = {}, key?: KeyObject): string {
  const head = part({ alg: 'ES256', typ: 'JWT', kid: 'k1', ...header });
  return signParts(head, part({ ...CLAIMS, ...claims }), key);
}
