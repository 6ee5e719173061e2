import { AttestationError } from '../../../src/kernel/errors.js';
import {
  enrollmentHash,
  playIntegrity,
  type PlayIntegrityOptions,
} from '../../../src/play-integrity/index.js';
import type { EnrollmentContext } from '../../../src/ports/enrollment.js';
import type { IntegrityDecoder } from '../../../src/ports/google.js';
import { DIGEST, NOW, own, PACKAGE, request, verdict } from './tokens.js';

/** Of the form of Google's tokens: a compact JWE. Nothing here decodes it. */
export const REMOTE = 'eyJhbGciOiJBMjU2S1ciLCJlbmMiOiJBMjU2R0NNIn0.a.b.c.d';
export const CHALLENGE = 'AQEBAnR3byBieXRlcw';
export const context: EnrollmentContext = {
  challenge: CHALLENGE,
  deviceId: 'device-1',
  now: NOW,
  request: { method: 'POST', target: '/device/attest', fields: () => [] },
  consumeChallenge: () => Promise.resolve(),
};
export const HASH = enrollmentHash(CHALLENGE, 'device-1');
export const APP_OPTIONS = { packageName: PACKAGE, acceptedCertificates: [DIGEST.toString('hex')] };
export const APPS = [APP_OPTIONS];
export const LOCAL_APP = { ...APP_OPTIONS, keys: own.keys };
export const LOCAL: PlayIntegrityOptions = { apps: [LOCAL_APP] };

/** A decoder that gives one outcome, and what it was asked. */
export function decoder(outcome: unknown) {
  const asked: [string, string][] = [];
  let answer = outcome;
  const decode = (name: string, sent: string): unknown => {
    asked.push([name, sent]);
    return Promise.resolve(answer);
  };
  return { asked, decoder: { decode } as IntegrityDecoder, answer: (next: unknown) => void (answer = next) };
}

/** What Google answers for a standard request. */
export const decoded = (sections: object = {}): unknown => ({
  outcome: 'decoded',
  payload: verdict({ ...request({ nonce: undefined, requestHash: HASH }), ...sections }),
});

/** The error that an enrollment fails with. */
export async function failure(
  options: PlayIntegrityOptions,
  fields: Record<string, string>,
): Promise<AttestationError> {
  try {
    await playIntegrity(options).verify(fields, context);
  } catch (error) {
    if (error instanceof AttestationError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
