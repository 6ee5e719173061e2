import { digestKey as digest } from './secrets.js';

/**
 * The keys under which state is kept. What a client chose or sent stands in them as its digest: of one length, without
 * characters that mean something to a store, and readable to nobody who sees only keys.
 */
export const storeKeys = {
  challenge: (id: string): string => `challenge/${id}`,
  device: (deviceId: string): string => `device/${digest(deviceId)}`,
  key: (kind: string, keyId: string): string => `key/${kind}/${digest(keyId)}`,
  thumbprint: (thumbprint: string): string => `thumbprint/${digest(thumbprint)}`,
  receipt: (kind: string, keyId: string): string => `receipt/${kind}/${digest(keyId)}`,
  counter: (kind: string, keyId: string): string => `counter/${kind}/${digest(keyId)}`,
  window: (kind: string, keyId: string): string => `window/${kind}/${digest(keyId)}`,
  family: (familyId: string): string => `family/${digest(familyId)}`,
  cutoff: (scope: string, id: string): string => `cutoff/${scope}/${digest(id)}`,
} as const;
