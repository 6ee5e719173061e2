// Why this exists: pages and examples import the modules of an app as an app does, and this repository does not install them.
// Here they have the members that the client calls, with the client's own types. `node tools/expo.js` compiles the Expo example
// against the real modules of Expo, React Native, pagopa and AsyncStorage; those of Firebase and Approov are only declared.

/** Of React Native: whether this is a development build. */
// oxlint-disable-next-line no-underscore-dangle -- React Native's name
declare const __DEV__: boolean;

declare module '@expo/app-integrity' {
  import type { ExpoAppAttest, ExpoKeyAttestation, ExpoPlayIntegrity } from 'attestkit-client/expo';
  const AppIntegrity: ExpoAppAttest & ExpoKeyAttestation & ExpoPlayIntegrity;
  export = AppIntegrity;
}

declare module '@pagopa/io-react-native-crypto' {
  import type { KeystoreSigner } from 'attestkit-client/expo';
  const Keystore: KeystoreSigner & Required<Pick<KeystoreSigner, 'deleteKey'>>;
  export = Keystore;
}

declare module 'expo-secure-store' {
  import type { ExpoSecureStore } from 'attestkit-client/expo';
  const SecureStore: ExpoSecureStore;
  export = SecureStore;
}

declare module '@react-native-async-storage/async-storage' {
  import type { AsyncStorageLike } from 'attestkit-client/expo';
  const AsyncStorage: AsyncStorageLike;
  export default AsyncStorage;
}

declare module 'expo-crypto' {
  export function getRandomBytes(length: number): Uint8Array;
  export function randomUUID(): string;
}

declare module 'expo/fetch' {
  import type { Fetch } from 'attestkit-client';
  export const fetch: Fetch;
}

declare module 'react-native' {
  export const Platform: { readonly OS: 'ios' | 'android' | 'web' };
}

declare module '@react-native-firebase/app' {
  export function getApp(): object;
}

declare module '@react-native-firebase/app-check' {
  type AppCheck = object;
  export function getToken(appCheck: AppCheck, forceRefresh?: boolean): Promise<{ readonly token: string }>;
  export function getLimitedUseToken(appCheck: AppCheck): Promise<{ readonly token: string }>;
}

declare module 'firebase/app' {
  export function initializeApp(config: object): object;
}

declare module 'firebase/app-check' {
  type AppCheck = object;
  export const ReCaptchaEnterpriseProvider: new (siteKey: string) => object;
  export function initializeAppCheck(
    app: object,
    options: { readonly provider: object; readonly isTokenAutoRefreshEnabled?: boolean },
  ): AppCheck;
  export function getToken(appCheck: AppCheck, forceRefresh?: boolean): Promise<{ readonly token: string }>;
  export function getLimitedUseToken(appCheck: AppCheck): Promise<{ readonly token: string }>;
}

declare module '@approov/approov-service-react-native' {
  import type { ApproovBridge } from 'attestkit-client/approov';
  export const ApproovService: ApproovBridge;
}
