import { remoteRevocations } from 'attestkit/android-revocations';
import { appAttest } from 'attestkit/app-attest';
import { APP_CHECK_JWKS, appCheck, type ReplayOptions } from 'attestkit/app-check';
import { googlePlayIntegrity } from 'attestkit/google';
import { remoteJwks } from 'attestkit/jwks';
import { keyAttestation } from 'attestkit/key-attestation';
import { playIntegrity } from 'attestkit/play-integrity';
import { APP_ID, FIREBASE, PACKAGE, SIGNER, type Authorities, type GoogleOfServers } from './authorities.js';

/** Every kind of evidence that devices enroll with here, strict throughout. */
export function enrollmentKinds({ appleRoots, google }: Authorities, now: () => number) {
  const { fetch, serviceAccount, keyAttestationRoots: roots } = google;
  const digest = SIGNER.toString('hex');
  return [
    appAttest({ appIds: [APP_ID], roots: appleRoots }),
    keyAttestation({
      apps: [{ packageName: PACKAGE, signingCertificates: [digest] }],
      revocations: remoteRevocations(undefined, { fetch, now }),
      roots,
    }),
    playIntegrity({
      apps: [{ packageName: PACKAGE, acceptedCertificates: [digest] }],
      decoder: googlePlayIntegrity({ serviceAccount, fetch, now }),
    }),
  ];
}

/** App Check on routes. */
export function appCheckBy({ fetch }: GoogleOfServers, now: () => number, replay: ReplayOptions) {
  const { projectNumber, appId } = FIREBASE;
  const keys = remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256', fetch, now });
  return appCheck({ projectNumber, appIds: [appId], keys, ...replay });
}
