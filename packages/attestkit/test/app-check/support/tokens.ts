import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { AppCheckExpectations } from '../../../src/app-check/index.js';
import { configuredKeys } from '../../../src/kernel/jose/key-source.js';
import type { AttestedRequest } from '../../../src/ports/request.js';

/** A clock, a project and its app that every test of the room shares. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');
export const SECONDS = NOW / 1000;
export const PROJECT = '123456789012';
export const APP = `1:${PROJECT}:android:0a1b2c3d4e5f`;
export const WEB_APP = `1:${PROJECT}:web:ffffffff`;

export function keyPair(modulusLength = 2048) {
  return generateKeyPairSync('rsa', { modulusLength });
}

export const firebase = keyPair();
export const stranger = keyPair();

export const JWKS = {
  keys: [{ ...firebase.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }],
};
export const KEYS = configuredKeys('RS256', [{ algorithm: 'RS256', kid: 'k1', key: firebase.publicKey }]);

export const PROJECT_OPTIONS = { projectNumber: PROJECT, appIds: [APP, WEB_APP] };
export const expected: AppCheckExpectations = { ...PROJECT_OPTIONS, jwks: JWKS, now: NOW };

/** Of a session token, as Firebase makes them: with a `jti`. */
export const CLAIMS = {
  iss: `https://firebaseappcheck.googleapis.com/${PROJECT}`,
  aud: [`projects/${PROJECT}`, 'projects/example-id'],
  sub: APP,
  iat: SECONDS - 60,
  exp: SECONDS + 3540,
  jti: 'session',
  provider: 'play_integrity',
};

export function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** Signs the two parts as they are, well-formed or not. */
export function signParts(header: string, payload: string, key: KeyObject = firebase.privateKey): string {
  const signature = sign('sha256', Buffer.from(`${header}.${payload}`), key);
  return `${header}.${payload}.${signature.toString('base64url')}`;
}

export function token(claims: object = {}, header: object = {}, key?: KeyObject): string {
  const head = part({ alg: 'RS256', typ: 'JWT', kid: 'k1', ...header });
  return signParts(head, part({ ...CLAIMS, ...claims }), key);
}

/** A limited-use token, which lives for five minutes. */
export const limited = (jti = 'once', claims: object = {}): string =>
  token({ jti, exp: CLAIMS.iat + 300, ...claims });

/** A request with these lines of the header field. */
export function requestWith(...lines: readonly string[]): AttestedRequest {
  return { method: 'GET', target: '/', fields: (name) => (name === 'x-firebase-appcheck' ? lines : []) };
}
