import { createGuard, type DeviceGuard, type GuardEvent, type Store } from 'attestkit';
import { remoteRevocations } from 'attestkit/android-revocations';
import { appAttest } from 'attestkit/app-attest';
import { APP_CHECK_JWKS, appCheck } from 'attestkit/app-check';
import { devices } from 'attestkit/devices';
import { googlePlayIntegrity } from 'attestkit/google';
import { remoteJwks } from 'attestkit/jwks';
import { keyAttestation } from 'attestkit/key-attestation';
import { playIntegrity } from 'attestkit/play-integrity';

import type { VirtualApple, VirtualGoogle } from 'attestkit-testing';
import { randomBytes } from 'node:crypto';
import { LOGIN } from './client.js';
import { AUDIENCE } from './scene.js';

/** What the app is called. */
export const APP_ID = 'TEAMID1234.com.example.wallet';
export const PACKAGE = 'com.example.wallet';
export const PROJECT = { projectNumber: '123456789012', appId: '1:123456789012:android:0a1b2c3d4e5f' };

/** What makes it the server of a demo: `roots`, `fetch` and `now` are for tests, and a server of yours leaves them out. */
export interface Surroundings {
  readonly apple: VirtualApple;
  readonly google: VirtualGoogle;
  /** SHA-256 of the certificate that the app is signed with, in hexadecimal. */
  readonly digest: string;
  readonly store: Store;
  readonly now: () => number;
  readonly note: (event: GuardEvent) => void;
}

/** For as long as the demo runs. */
export const SECRET = randomBytes(48).toString('base64url');

/** A strict wallet: iPhones by App Attest, Android by a key or by Play Integrity, and App Check before anybody enrolls. */
export function walletGuard({ apple, google, digest, store, now, note }: Surroundings): DeviceGuard {
  const { fetch, serviceAccount } = google;
  const app = { packageName: PACKAGE, minimumVersionCode: 1 };
  return createGuard({
    evidence: [
      appCheck({
        projectNumber: PROJECT.projectNumber,
        appIds: [PROJECT.appId],
        keys: remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256', fetch, now }),
        store,
      }),
    ],
    devices: devices({
      evidence: [
        appAttest({ appIds: [APP_ID], roots: [apple.attestationRoot, apple.receiptRoot] }),
        keyAttestation({
          apps: [{ ...app, signingCertificates: [digest] }],
          // The default is two days: longer than the story waits for Google to revoke a key.
          revocations: remoteRevocations(undefined, { maxStaleSeconds: 300, fetch, now }),
          minimumOs: '10',
          minimumPatchLevel: '2024-01',
          minimumVendorPatchLevel: '2024-01',
          minimumBootPatchLevel: '2024-01',
          maxCertificatesIssued: 100,
          userAuthentication: 'required',
          maxKeyAgeSeconds: 600,
          roots: google.keyAttestationRoots,
        }),
        playIntegrity({
          apps: [{ ...app, acceptedCertificates: [digest] }],
          decoder: googlePlayIntegrity({ serviceAccount, fetch, now }),
          minimumSdk: 29,
          deviceActivity: ['LEVEL_1', 'LEVEL_2'],
          appAccessRisk: ['KNOWN_INSTALLED'],
          playProtect: ['NO_ISSUES'],
          maxAgeAtRefreshSeconds: 86_400,
        }),
      ],
      secret: SECRET,
      store,
      audience: AUDIENCE,
      subject: (request) => request.fields(LOGIN)[0],
      sessions: { revocation: 'immediate' },
      // All the phones are on one address.
      limiter: () => true,
      limits: { remotePerMinute: 1_000_000, newRecordsPerHour: 1_000_000 },
    }),
    accept: ['session'],
    now,
    onEvent: note,
  });
}
