import { ClientError } from '../client-error.js';
import type { Storage } from '../ports.js';

/** What is kept of one installation: one value, written whole. Nothing in it is worth anything without the key but the refresh token. */
export interface Installation {
  readonly format: 1;
  /** Of this installation of the app: another one, or none, says that it was reinstalled or restored. */
  readonly marker?: string | undefined;
  /** The device id: random, for life. */
  readonly label?: string | undefined;
  /** The platform's name of the attested key. */
  readonly key?: string | undefined;
  /** The key that is being enrolled. `sent`: the server may have it. */
  readonly pending?: { readonly key: string; readonly sent: boolean } | undefined;
  readonly refresh?: RefreshToken | undefined;
}

export interface RefreshToken {
  readonly token: string;
  /** When an installation without a key attests again: by the wall clock, milliseconds. */
  readonly renewAt: number;
  /** When it was sent first: it may be used up. By the wall clock, milliseconds. */
  readonly sentAt?: number | undefined;
  /** Answered by 401: of use only as the proof of an installation without a key. */
  readonly ended?: true | undefined;
}

export const NOTHING: Installation = { format: 1 };

/** Keeps the installation of one account. */
export interface Kept {
  load(): Promise<Installation>;
  save(installation: Installation): Promise<void>;
  /** Removes it, as far as that works. */
  remove(): Promise<void>;
}

/** Reads that may fail in a row: a phone that was not unlocked yet. Then what is stored counts as lost. */
const FAILED_READS = 3;

/**
 * @param name of the value in the storage
 * @param marker of this installation of the app; undefined if none is kept here. If it cannot be read, it says nothing
 */
export function keptIn(storage: Storage, name: string, marker: () => Promise<string | undefined>): Kept {
  let failed = 0;
  return {
    async load() {
      const text = await storage.get(name).catch((cause: unknown) => {
        failed += 1;
        if (failed < FAILED_READS)
          throw new ClientError('throttled', 'the storage cannot be read', { cause });
      });
      failed = 0;
      const stored = readInstallation(text);
      const current = await marker().catch(() => stored?.marker);
      if (stored === undefined) return { ...NOTHING, marker: current };
      // After a reinstall the keychain still has the names of keys that the phone does not have any more.
      if (current !== undefined && stored.marker !== undefined && current !== stored.marker)
        return { ...NOTHING, marker: current, refresh: stored.refresh };
      return { ...stored, marker: current ?? stored.marker };
    },
    save: (installation) => storage.set(name, JSON.stringify(installation)),
    remove: () => storage.delete(name).catch(() => undefined),
  };
}

function readInstallation(text: unknown): Installation | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value = JSON.parse(text) as Installation | null;
    return value !== null && typeof value === 'object' && isInstallation(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isInstallation({ format, marker, label, key, pending, refresh }: Installation): boolean {
  return (
    format === 1 &&
    [marker, label, key].every((each) => each === undefined || typeof each === 'string') &&
    (pending === undefined || (typeof pending?.key === 'string' && typeof pending.sent === 'boolean')) &&
    (refresh === undefined || (typeof refresh?.token === 'string' && typeof refresh.renewAt === 'number'))
  );
}
