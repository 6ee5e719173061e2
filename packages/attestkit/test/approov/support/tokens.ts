import { createHmac, createHash, randomBytes } from 'node:crypto';
import {
  approovKeys,
  verifyApproovToken,
  type ApproovKeyOptions,
  type ApproovResult,
} from '../../../src/approov/index.js';
import { AttestationError } from '../../../src/kernel/errors.js';

/** A clock and a secret that every test of the room shares. */
export const NOW = Date.parse('2026-06-01T12:00:00Z');
export const SECONDS = NOW / 1000;
export const SECRET: Buffer = randomBytes(64);
export const SECRET_BASE64: string = SECRET.toString('base64');
export const KEYS = approovKeys({ secretBase64: SECRET_BASE64 });

export function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** Signs the two parts as they are, well-formed or not. */
export function signParts(header: string, payload: string, secret: Buffer = SECRET, hash = 'sha256'): string {
  const mac = createHmac(hash, secret).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${mac}`;
}

export function token(claims: object = {}, header: object = {}, secret: Buffer = SECRET): string {
  return signParts(
    part({ alg: 'HS256', typ: 'JWT', ...header }),
    part({ exp: SECONDS + 300, ...claims }),
    secret,
  );
}

/** The claim `pay` for a header value. */
export function payFor(value: string): string {
  return createHash('sha256').update(Buffer.from(value, 'latin1')).digest('base64');
}

/** The error that `run` throws; fails the test when it throws none, or another kind. */
export function refusal(run: () => unknown): AttestationError {
  try {
    run();
  } catch (error) {
    if (error instanceof AttestationError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Verifies with keys of these options, at the shared time. */
export function verifyWith(options: ApproovKeyOptions, sent: string): ApproovResult {
  return verifyApproovToken(sent, { keys: approovKeys(options), now: NOW });
}

/** The error that options of keys fail with. */
export function wrong(options: object): unknown {
  try {
    approovKeys(options as ApproovKeyOptions);
  } catch (error) {
    return error;
  }
  throw new Error('the configuration was accepted');
}
