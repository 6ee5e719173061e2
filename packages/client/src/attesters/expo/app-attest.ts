import { asBase64url } from '../../bytes/base64.js';
import { AttesterError, type KeyAttester } from '../../ports.js';
import { asking } from '../problems.js';
import { APP_ATTEST_ATTESTS, APP_ATTEST_SIGNS, expoCodeOf } from './codes.js';

/** What is called of `@expo/app-integrity` on iOS. It hashes: it takes texts. */
export interface ExpoAppAttest {
  readonly isSupported: boolean;
  generateKeyAsync(): Promise<string>;
  attestKeyAsync(keyId: string, challenge: string): Promise<string>;
  generateAssertionAsync(keyId: string, challenge: string): Promise<string>;
}

function attesting<T>(call: () => Promise<T>): Promise<T> {
  return asking(call, expoCodeOf, APP_ATTEST_ATTESTS);
}

/**
 * App Attest by `@expo/app-integrity`: iOS 14 or later, not on simulators.
 *
 * @example
 * import * as AppIntegrity from '@expo/app-integrity';
 * const attester = expoAppAttest(AppIntegrity);
 */
export function expoAppAttest(bridge: ExpoAppAttest): KeyAttester {
  return {
    proof: 'assertion',
    async createKey() {
      if (!bridge.isSupported)
        throw new AttesterError(
          'unsupported',
          'App Attest is not there: on simulators, and in most extensions',
        );
      return await attesting(() => bridge.generateKeyAsync());
    },
    async attest(key, { challenge }) {
      return { key_id: key, attestation: await attesting(() => bridge.attestKeyAsync(key, challenge)) };
    },
    keyId: async (key) => asBase64url(key),
    sign: (key, text) => asking(() => bridge.generateAssertionAsync(key, text), expoCodeOf, APP_ATTEST_SIGNS),
  };
}
