import { digestKey as digest } from '../tokens/derived-keys.js';

/**
 * The keys under which state is kept. L is the digest of the label, and so is what else a client chose or sent: of one
 * length, without characters that mean something to a store. `docs/stores.md` has the table.
 */
export const storeKeys = {
  /** L of a label. */
  labelDigest: (deviceId: string): string => digest(deviceId),
  device: (labelDigest: string): string => `device/${labelDigest}`,
  key: (keyId: string): string => `key/${keyId}`,
  id: (recordId: string): string => `id/${recordId}`,
  receipt: (recordId: string): string => `receipt/${recordId}`,
  count: (keyId: string): string => `count/${keyId}`,
  spent: (challengeId: string): string => `spent/${challengeId}`,
  user: (user: string): string => `user/${digest(user)}`,
} as const;
