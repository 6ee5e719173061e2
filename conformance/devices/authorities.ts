import { createHash } from 'node:crypto';
import { createVirtualGoogle, type VirtualGoogle } from 'attestkit-testing';
import { NOW } from './tokens.js';

/** The app on iPhones. */
export const APP_ID = 'TEAMID1234.com.example.app';

/** The app on Android. */
export const PACKAGE = 'com.example.app';

/** SHA-256 of the certificate that it is signed with. */
export const SIGNER = createHash('sha256').update('the certificate of com.example.app').digest();

/** The app at Firebase. */
export const FIREBASE = { projectNumber: '123456789012', appId: '1:123456789012:android:0a1b2c3d4e5f' };

/** What a server has of Google. */
export type GoogleOfServers = Pick<VirtualGoogle, 'keyAttestationRoots' | 'serviceAccount' | 'fetch'>;

/** Whose word servers take. */
export interface Authorities {
  /** In DER. */
  readonly appleRoots: readonly Uint8Array[];
  readonly google: GoogleOfServers;
}

/** One for all servers of this process, as its RSA keys take a while; the clocks of devices are their servers'. */
export const google = createVirtualGoogle({ now: () => NOW });

/** Play Integrity for the app. */
export const play = google.playIntegrity({ packageName: PACKAGE, signingDigests: [SIGNER] });
