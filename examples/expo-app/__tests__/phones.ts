import { randomBytes, randomUUID } from 'node:crypto';
import {
  failing,
  fakeExpoAppAttest,
  fakeExpoKeyAttestation,
  memoryStorage,
  type Fault,
} from 'attestkit-client/testing';
import { createVirtualApple, createVirtualGoogle } from 'attestkit-testing';

// What the native modules of the app are replaced with: each export has the functions of one module.

export const IOS_APP_ID = 'TEAMID1234.com.example.app';
export const APP = { packageName: 'com.example.app', signingDigests: ['ab'.repeat(32)] };

export const apple = createVirtualApple();
export const google = createVirtualGoogle();

let codes = failing({});

/** Lets the next calls of these names fail, with these codes. */
export function failNext(byName: Parameters<typeof failing>[0] = {}): void {
  codes = failing(byName);
}

const fault: Fault = (call) => codes(call);

const android = fakeExpoKeyAttestation(google.createAndroid(APP), fault);

/** `@expo/app-integrity` */
export const appIntegrity = {
  ...fakeExpoAppAttest(apple.createIPhone({ appId: IOS_APP_ID }), fault),
  ...android.integrity,
};

/** `@pagopa/io-react-native-crypto` */
export const keystore = android.keystore;

/** What the app has stored. */
export const items = memoryStorage();

/** `expo-secure-store` */
export const secureStore = {
  AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: 0,
  getItemAsync: items.get,
  setItemAsync: items.set,
  deleteItemAsync: items.delete,
};

/** `expo-crypto` */
export const crypto = {
  getRandomBytes: (length: number) => Uint8Array.from(randomBytes(length)),
  randomUUID,
};
