import { assertOptions } from '../options.js';
import { createAndroidAuthorities, type RootName } from '../android/authorities.js';
import type { Clock } from '../clock.js';
import {
  createPlayIntegrity,
  type VirtualPlayIntegrity,
  type VirtualPlayIntegrityOptions,
} from './virtual-play-integrity.js';
import {
  PROJECT_ID,
  createAppCheck,
  type VirtualAppCheck,
  type VirtualAppCheckOptions,
} from './virtual-app-check.js';
import { createServices, type VirtualServiceAccount } from './virtual-fetch.js';
import { createAndroid, type AndroidOptions, type VirtualAndroid } from '../android/virtual-android.js';

export interface VirtualGoogleOptions {
  /** What time it is; devices follow it unless they have a clock of their own. Default: the system's clock. */
  readonly now?: Clock;
}

/** Google's part of everything on Android, with keys of its own: what it vouches for is worth something to tests alone. */
export interface VirtualGoogle {
  /** The roots that chains end at, DER; instead of Google's: the option `roots` of `keyAttestation`. */
  readonly keyAttestationRoots: readonly Uint8Array[];
  /** A device with the app on it. */
  createAndroid(options: AndroidOptions): VirtualAndroid;
  /** Verdicts and Play Integrity tokens for an app. */
  playIntegrity(app: VirtualPlayIntegrityOptions): VirtualPlayIntegrity;
  /** Firebase App Check tokens for an app. */
  appCheck(app: VirtualAppCheckOptions): VirtualAppCheck;
  /**
   * Puts a certificate on the revocation list.
   *
   * @param serial hexadecimal, as `revocableSerials` of a result has it
   */
  revoke(serial: string, status?: 'REVOKED' | 'SUSPENDED'): void;
  /** The key of a service account that may ask what `fetch` answers. */
  readonly serviceAccount: VirtualServiceAccount;
  /**
   * Instead of the global `fetch`, the option of everything that asks Google: access tokens for the service account, and
   * from the metadata server (`credentials: 'metadata'`), `decodeIntegrityToken`, `verifyAppCheckToken`, App Check's key set, the revocation list.
   */
  readonly fetch: typeof globalThis.fetch;
  /** The revocation list as Google publishes it: JSON, the argument of `readRevocationList` when parsed. */
  revocationList(): string;
}

/**
 * Makes a Google for tests. Its keys are made for this one call.
 *
 * @example
 * const google = createVirtualGoogle();
 * const device = google.createAndroid({ packageName: 'com.example.app', signingDigests: [digest] });
 * const key = device.generateKey({ challenge });
 * const roots = google.keyAttestationRoots;
 * verifyKeyAttestation(key.certificateChain, { challenge, apps, revocations, roots });
 *
 * @throws ConfigurationError naming the option
 */
export function createVirtualGoogle(options: VirtualGoogleOptions = {}): VirtualGoogle {
  assertOptions(options, { now: 'function' }, 'createVirtualGoogle');
  const { now = Date.now } = options;
  const authorities = createAndroidAuthorities(now());
  const entries: Record<string, { status: string; reason: string }> = {};
  const list = (serial: string, status: 'REVOKED' | 'SUSPENDED' = 'REVOKED'): void => {
    entries[serial.toLowerCase().replace(/^0+(?=.)/, '')] = { status, reason: 'KEY_COMPROMISE' };
  };
  const roots: readonly RootName[] = ['rsa', 'p384'];
  const playIntegrity = new Map<string, VirtualPlayIntegrity[]>();
  const appCheck = new Map<string, VirtualAppCheck[]>();
  const revocationList = (): string => JSON.stringify({ entries });
  const services = createServices({ playIntegrity, appCheck, revocationList });
  return Object.freeze({
    get serviceAccount() {
      return services.serviceAccount;
    },
    fetch: services.fetch,
    keyAttestationRoots: roots.map((name) => authorities.roots[name].certificate as Uint8Array),
    createAndroid: (device: AndroidOptions) =>
      createAndroid(
        { now, ...device },
        { authorities, revoke: (serial, status) => list(serial.toString(16), status) },
      ),
    playIntegrity: (app: VirtualPlayIntegrityOptions) => {
      const made = createPlayIntegrity(app, now);
      register(playIntegrity, app.packageName, made);
      return made;
    },
    appCheck: (app: VirtualAppCheckOptions) => {
      const made = createAppCheck(app, now);
      register(appCheck, app.projectNumber, made);
      register(appCheck, app.projectId ?? PROJECT_ID, made);
      return made;
    },
    revoke: list,
    revocationList,
  });
}

function register<T>(all: Map<string, T[]>, name: string, one: T): void {
  all.set(name, [...(all.get(name) ?? []), one]);
}
