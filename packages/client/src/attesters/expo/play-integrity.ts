import { ClientError } from '../../client-error.js';
import type { AttesterError, KeylessAttester } from '../../ports.js';
import { asking } from '../problems.js';
import { expoCodeOf, PLAY_INTEGRITY } from './codes.js';

/** What is called of `@expo/app-integrity` for Play Integrity. */
export interface ExpoPlayIntegrity {
  prepareIntegrityTokenProviderAsync(cloudProjectNumber: string): Promise<void>;
  requestIntegrityCheckAsync(requestHash: string): Promise<string>;
}

/** What a server that knows several apps has to be told. */
export interface PlayIntegrityOptions {
  /** The number of the Google Cloud project that is linked in the Play Console: `123456789012`. */
  readonly cloudProjectNumber: string;
  /** Only if the server knows several apps. Default none. */
  readonly packageName?: string;
}

function asked<T>(call: () => Promise<T>): Promise<T> {
  return asking(call, expoCodeOf, PLAY_INTEGRITY);
}

/**
 * Play Integrity's standard requests by `@expo/app-integrity`. Devices without a key: nothing can be signed.
 *
 * @example
 * import * as AppIntegrity from '@expo/app-integrity';
 * const attester = expoPlayIntegrity(AppIntegrity, { cloudProjectNumber: '123456789012' });
 */
export function expoPlayIntegrity(bridge: ExpoPlayIntegrity, options: PlayIntegrityOptions): KeylessAttester {
  const { cloudProjectNumber, packageName } = options;
  if (!/^\d+$/.test(cloudProjectNumber))
    throw new ClientError(
      'misconfigured',
      'cloudProjectNumber is not a number in digits: see the Play Console',
    );
  let isPrepared = false;
  async function token(requestHash: string): Promise<string> {
    // The bridge keeps one provider, and the error of one that failed.
    if (!isPrepared) await asked(() => bridge.prepareIntegrityTokenProviderAsync(cloudProjectNumber));
    isPrepared = true;
    return await asked(() => bridge.requestIntegrityCheckAsync(requestHash));
  }
  return {
    async attest(_, { requestHash }) {
      let integrityToken: string;
      try {
        integrityToken = await token(requestHash);
      } catch (error) {
        isPrepared = false;
        if ((error as AttesterError).code !== 'PROVIDER_INVALID') throw error;
        integrityToken = await token(requestHash);
      }
      return {
        integrity_token: integrityToken,
        ...(packageName !== undefined && { package_name: packageName }),
      };
    },
  };
}
