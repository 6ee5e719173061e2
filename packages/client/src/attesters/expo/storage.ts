import type { Storage } from '../../ports.js';

/** Options of `expo-secure-store` that choose the place. */
export interface SecureStoreOptions {
  readonly keychainAccessible?: number;
  /** Android: the alias of the key that encrypts; iOS: the keychain service. */
  readonly keychainService?: string;
  /** iOS: shared by the app and its extensions. */
  readonly accessGroup?: string;
}

/** What is called of `expo-secure-store`. */
export interface ExpoSecureStore {
  readonly AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: number;
  getItemAsync(key: string, options?: SecureStoreOptions): Promise<string | null>;
  setItemAsync(key: string, value: string, options?: SecureStoreOptions): Promise<void>;
  deleteItemAsync(key: string, options?: SecureStoreOptions): Promise<void>;
}

/**
 * Keeps the installation in `expo-secure-store`, so that it stays on this phone and background tasks can read it.
 *
 * @example
 * import * as SecureStore from 'expo-secure-store';
 * const storage = secureStorage(SecureStore);
 */
export function secureStorage(
  store: ExpoSecureStore,
  place: Omit<SecureStoreOptions, 'keychainAccessible'> = {},
): Storage {
  const options = { ...place, keychainAccessible: store.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY };
  return once(store, JSON.stringify(place), {
    get: (name) => store.getItemAsync(name, options),
    set: (name, value) => store.setItemAsync(name, value, options),
    delete: (name) => store.deleteItemAsync(name, options),
  });
}

/** What is called of `@react-native-async-storage/async-storage`. */
export interface AsyncStorageLike {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
}

/**
 * The same in AsyncStorage, which a reinstall empties and iCloud leaves out: for `installMarker`, never for the installation.
 *
 * @example
 * import AsyncStorage from '@react-native-async-storage/async-storage';
 * const installMarker = markerStorage(AsyncStorage);
 */
export function markerStorage(store: AsyncStorageLike): Storage {
  return once(store, '', {
    get: (name) => store.getItem(name),
    set: (name, value) => store.setItem(name, value),
    delete: (name) => store.removeItem(name),
  });
}

const known = new WeakMap<object, Map<string, Storage>>();

/** One storage for each place: clients of one storage take turns. */
function once(store: object, place: string, made: Storage): Storage {
  const places = known.get(store) ?? new Map<string, Storage>();
  known.set(store, places);
  const storage = places.get(place) ?? made;
  places.set(place, storage);
  return storage;
}
