import { hash } from 'node:crypto';

/**
 * What ties evidence to an enrollment if it cannot carry both texts: a Play verdict has it as `requestHash` of a standard request
 * or as `nonce` of a classic one, a development token as `request_hash`. It is
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
