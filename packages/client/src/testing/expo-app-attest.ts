import { utf8 } from '../bytes/utf8.js';
import type { ExpoAppAttest } from '../attesters/expo/app-attest.js';
import { base64 } from './base64.js';
import { expoError, SOUND, throwIf, type Fault } from './faults.js';

/** A virtual iPhone of `attestkit-testing`. */
export interface IPhoneLike {
  generateKey(): {
    readonly keyId: string;
    attest(options: { readonly challenge: Uint8Array }): Uint8Array;
    assert(options: { readonly clientData: Uint8Array }): Uint8Array;
  };
}

/** `@expo/app-integrity` on a virtual iPhone, which a test can change. */
export interface FakeExpoAppAttest extends ExpoAppAttest {
  /** Its keys are gone, as after a reinstall or a restore. */
  loseKeys(): void;
  /** How many keys Apple has attested: its risk metric counts them. */
  readonly attested: number;
}

/**
 * `@expo/app-integrity` over a virtual iPhone. Codes are without `ERR_APP_INTEGRITY_`.
 *
 * @example
 * const apple = createVirtualApple();
 * const bridge = fakeExpoAppAttest(apple.createIPhone({ appId: 'TEAMID1234.com.example.app' }));
 * const attester = expoAppAttest(bridge);
 */
export function fakeExpoAppAttest(phone: IPhoneLike, fault: Fault = SOUND): FakeExpoAppAttest {
  type Key = ReturnType<IPhoneLike['generateKey']>;
  const keys = new Map<string, { readonly key: Key; isAttested: boolean }>();
  let attested = 0;
  return {
    isSupported: true,
    async generateKeyAsync() {
      throwIf(fault('generateKeyAsync'));
      const key = phone.generateKey();
      keys.set(key.keyId, { key, isAttested: false });
      return key.keyId;
    },
    async attestKeyAsync(keyId, challenge) {
      throwIf(fault('attestKeyAsync'));
      const found = keys.get(keyId);
      if (found === undefined) throw expoError('INVALID_KEY');
      found.isAttested = true;
      attested += 1;
      return base64(found.key.attest({ challenge: utf8(challenge) }));
    },
    async generateAssertionAsync(keyId, challenge) {
      throwIf(fault('generateAssertionAsync'));
      const found = keys.get(keyId);
      // A key that was never attested does not assert.
      if (found?.isAttested !== true) throw expoError('INVALID_KEY');
      return base64(found.key.assert({ clientData: utf8(challenge) }));
    },
    loseKeys: () => keys.clear(),
    get attested() {
      return attested;
    },
  };
}
