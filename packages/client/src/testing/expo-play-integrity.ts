import type { ExpoPlayIntegrity } from '../attesters/expo/play-integrity.js';
import { expoError, SOUND, throwIf, type Fault } from './faults.js';

/** The virtual Play Integrity of an app, of `attestkit-testing`. */
export interface PlayIntegrityLike {
  standardToken(request: { readonly requestHash: string }): string;
}

/**
 * Play Integrity by `@expo/app-integrity` over a virtual Google. Codes are without `ERR_APP_INTEGRITY_`.
 *
 * @example
 * const attester = expoPlayIntegrity(fakeExpoPlayIntegrity(google.playIntegrity(app)), { cloudProjectNumber: '123456789012' });
 */
export function fakeExpoPlayIntegrity(play: PlayIntegrityLike, fault: Fault = SOUND): ExpoPlayIntegrity {
  let prepared: 'no' | 'yes' | string = 'no';
  return {
    async prepareIntegrityTokenProviderAsync() {
      const code = fault('prepareIntegrityTokenProviderAsync');
      prepared = code ?? 'yes';
      throwIf(code);
    },
    async requestIntegrityCheckAsync(requestHash) {
      if (prepared === 'no') throw expoError('PROVIDER_NOT_PREPARED');
      // The bridge repeats the error of a provider that was not prepared.
      if (prepared !== 'yes') throw expoError(prepared);
      throwIf(fault('requestIntegrityCheckAsync'));
      return play.standardToken({ requestHash });
    },
  };
}
