import { ClientError } from '../client-error.js';
import { stopwatch } from '../clock.js';
import { within } from '../deadline.js';
import type { Clock, Storage } from '../ports.js';

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

const NOTHING: Installation = { format: 1 };

/** Keeps the installation of one account. */
export interface Kept {
  /** @throws ClientError (rejects with it) if it cannot be read now */
  load(): Promise<Installation>;
  /** The same for a look that changes nothing: what cannot be read is missing. */
  peek(): Promise<Installation>;
  save(installation: Installation): Promise<void>;
  /** Removes it. Rejects if that does not work. */
  remove(): Promise<void>;
}

/** A storage that cannot be read for so long, and so often, has lost it. Before, the phone may not be unlocked yet. */
const LOST_READS = 3;
const LOST_MS = 60_000;

const STORAGE_MS = 15_000;

/**
 * @param name of the value in the storage
 * @param marker of this installation of the app; undefined if none is kept here. If it cannot be read, it says nothing
 */
export function keptIn(
  storage: Storage,
  name: string,
  marker: () => Promise<string | undefined>,
  clock: Clock,
): Kept {
  let failed: { count: number; readonly sinceMs: () => number } | undefined;
  const read = () => within(STORAGE_MS, () => storage.get(name));
  const save = (installation: Installation) =>
    within(STORAGE_MS, () => storage.set(name, JSON.stringify(installation)));
  return {
    async load() {
      let text: unknown;
      try {
        text = await read();
        failed = undefined;
      } catch (cause) {
        failed ??= { count: 0, sinceMs: stopwatch(clock) };
        failed.count += 1;
        if (failed.count < LOST_READS || failed.sinceMs() < LOST_MS)
          throw new ClientError('throttled', 'the storage does not read', { cause });
      }
      const stored = readInstallation(text);
      const current = await within(STORAGE_MS, marker).catch(() => stored?.marker);
      if (stored === undefined) return { ...NOTHING, marker: current };
      // After a reinstall the keychain still has the names of keys that the phone does not have any more.
      if (current !== undefined && stored.marker !== undefined && current !== stored.marker)
        return { ...NOTHING, marker: current, refresh: stored.refresh };
      return { ...stored, marker: current ?? stored.marker };
    },
    peek: async () => readInstallation(await read().catch(() => undefined)) ?? NOTHING,
    save,
    async remove() {
      try {
        await within(STORAGE_MS, () => storage.delete(name));
      } catch {
        await save(NOTHING);
      }
    },
  };
}

function readInstallation(text: unknown): Installation | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value = JSON.parse(text) as Installation | null;
    if (value === null || typeof value !== 'object' || !isInstallation(value)) return undefined;
    return isRefreshToken(value.refresh) ? value : { ...value, refresh: undefined };
  } catch {
    return undefined;
  }
}

function isInstallation({ format, marker, label, key, pending }: Installation): boolean {
  return (
    format === 1 &&
    [marker, label, key].every((each) => each === undefined || typeof each === 'string') &&
    (pending === undefined || (typeof pending?.key === 'string' && typeof pending.sent === 'boolean'))
  );
}

function isRefreshToken(refresh: RefreshToken | undefined): boolean {
  return typeof refresh?.token === 'string' && typeof refresh.renewAt === 'number';
}
