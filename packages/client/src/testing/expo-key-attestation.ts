import { utf8 } from '../bytes/utf8.js';
import type { ExpoKeyAttestation, KeystoreSigner } from '../attesters/expo/key-attestation.js';
import { base64 } from './base64.js';
import { expoError, SOUND, throwIf, type Fault } from './faults.js';

/** A virtual Android device of `attestkit-testing`. */
export interface AndroidLike {
  generateKey(options: { readonly challenge: Uint8Array }): {
    readonly certificateChain: readonly Uint8Array[];
    sign(bytes: Uint8Array): Uint8Array;
  };
}

/** `@expo/app-integrity` and `@pagopa/io-react-native-crypto` on a virtual Android device, which a test can change. */
export interface FakeExpoKeyAttestation {
  readonly integrity: ExpoKeyAttestation;
  readonly keystore: KeystoreSigner;
  loseKeys(): void;
  /** How many keys the device has attested. */
  readonly attested: number;
}

/**
 * The two bridges over one virtual Android device. Codes of Expo are without `ERR_APP_INTEGRITY_`; `sign` and `deleteKey` have
 * pagopa's.
 *
 * @example
 * const { integrity, keystore } = fakeExpoKeyAttestation(google.createAndroid({ packageName, signingDigests }));
 * const attester = expoKeyAttestation(integrity, keystore);
 */
export function fakeExpoKeyAttestation(device: AndroidLike, fault: Fault = SOUND): FakeExpoKeyAttestation {
  const keys = new Map<string, ReturnType<AndroidLike['generateKey']>>();
  let attested = 0;
  return {
    integrity: {
      isHardwareAttestationSupportedAsync: async () =>
        fault('isHardwareAttestationSupportedAsync') === undefined,
      async generateHardwareAttestedKeyAsync(alias, challenge) {
        throwIf(fault('generateHardwareAttestedKeyAsync'));
        attested += 1;
        keys.set(alias, device.generateKey({ challenge: utf8(challenge) }));
      },
      async getAttestationCertificateChainAsync(alias) {
        throwIf(fault('getAttestationCertificateChainAsync'));
        const key = keys.get(alias);
        if (key === undefined) throw expoError('HARDWARE_ATTESTATION_FAILED');
        return key.certificateChain.map(base64);
      },
    },
    keystore: {
      async sign(message, keyTag) {
        pagopaThrowIf(fault('sign'));
        const key = keys.get(keyTag);
        if (key === undefined) throw new Error('PUBLIC_KEY_NOT_FOUND');
        return base64(key.sign(utf8(message)));
      },
      async deleteKey(keyTag) {
        pagopaThrowIf(fault('deleteKey'));
        keys.delete(keyTag);
      },
    },
    loseKeys: () => keys.clear(),
    get attested() {
      return attested;
    },
  };
}

/** Its code is the message. */
function pagopaThrowIf(code: string | undefined): void {
  if (code !== undefined) throw new Error(code);
}
