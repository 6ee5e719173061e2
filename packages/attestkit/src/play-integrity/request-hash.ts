import { hash } from 'node:crypto';

/**
 * What ties a verdict to an enrollment, as `requestHash` of a standard request or as `nonce` of a classic one:
 * base64url without padding of SHA-256 of `attestkit-enrol-v1`, the challenge and the device id, with a line feed
 * between, in UTF-8. 43 characters.
 *
 * @param challenge as the server returned it
 * @param deviceId as the body says it
 * @example
 * const requestHash = enrollmentHash(challenge, deviceId); // the app gives the same text to Play
 */
export function enrollmentHash(challenge: string, deviceId: string): string {
  return hash('sha256', `attestkit-enrol-v1\n${challenge}\n${deviceId}`, 'base64url');
}
