import { appAttest } from 'attestkit/app-attest';
import { APP_CHECK_JWKS, appCheck, appCheckEnrollment } from 'attestkit/app-check';
import { remoteRevocations } from 'attestkit/android-revocations';
import { approov } from 'attestkit/approov';
import { developmentAttester } from 'attestkit/development';
import { googleAppCheck, googlePlayIntegrity } from 'attestkit/google';
import { remoteJwks } from 'attestkit/jwks';
import { keyAttestation } from 'attestkit/key-attestation';
import { playIntegrity, playIntegrityKeys } from 'attestkit/play-integrity';
import { signedToken } from 'attestkit/signed-token';
import type { EnrollmentEvidence, Evidence, Store } from 'attestkit';
import { oneTimeConsumer } from '../one-time.js';

/** What the library calls with functions and objects, a file says with names and values. */
type Given = Readonly<Record<string, unknown>>;

/** Makes the kinds of evidence that any request may carry. */
export const EVIDENCE: Readonly<Record<string, (given: Given, store: Store) => Evidence>> = {
  approov: (given, store) => approov(withReplay(withKeys(given), store) as never),
  appCheck: (given, store) => appCheck(ofFirebase(given, store) as never),
};

/** Makes the kinds of evidence that devices enroll with. */
export const ENROLLMENT: Readonly<Record<string, (given: Given, store: Store) => EnrollmentEvidence>> = {
  appAttest: (given) => appAttest(given as never),
  keyAttestation: (given) =>
    keyAttestation({
      ...given,
      ...(given['revocations'] !== undefined && { revocations: revocationsOf(given['revocations']) }),
      ...(isObject(given['playIntegrity']) && {
        playIntegrity: playIntegrity(ofPlay(given['playIntegrity']) as never),
      }),
    } as never),
  playIntegrity: (given) => playIntegrity(ofPlay(given) as never),
  appCheck: (given, store) => appCheckEnrollment(ofFirebase(given, store) as never),
  signedToken: (given) => signedToken(withKeys(given) as never),
  development: (given) => developmentAttester(given as never),
};

/** `keys: { jwks: https://… , algorithm: ES256 }`. */
function withKeys(given: Given): Given {
  const { keys } = given;
  if (!isObject(keys)) return given;
  const { url, ...rest } = keys;
  return { ...given, keys: remoteJwks(String(url), rest as never) };
}

/** `messageSigning: { replay: true }` remembers used signatures in the gateway's store. */
function withReplay(given: Given, store: Store): Given {
  const { messageSigning } = given;
  if (!isObject(messageSigning) || messageSigning['replay'] !== true) return given;
  return { ...given, messageSigning: { ...messageSigning, store } };
}

/** Seconds that Firebase lets its keys be kept. */
const KEYS_MAX_AGE = 21_600;

/** `consumer: { project: … }` asks Firebase; `store: true` remembers used tokens in the gateway's store. */
function ofFirebase(given: Given, store: Store): Given {
  const { consumer, store: isStored, keys } = given;
  const own = isObject(keys)
    ? withKeys(given)
    : { ...given, keys: remoteJwks(APP_CHECK_JWKS, { algorithm: 'RS256', maxAgeSeconds: KEYS_MAX_AGE }) };
  return {
    ...own,
    ...(isObject(consumer) && { consumer: oneTimeConsumer(googleAppCheck(consumer as never)) }),
    ...(isStored === true && { store }),
  };
}

/** `decoder: { credentials: metadata }` asks Google; `keys` of an app decrypt here. */
function ofPlay(given: Given): Given {
  const { decoder, apps } = given;
  return {
    ...given,
    ...(isObject(decoder) && { decoder: googlePlayIntegrity(decoder as never) }),
    ...(Array.isArray(apps) && { apps: apps.map((app: unknown) => withPlayKeys(app)) }),
  };
}

function withPlayKeys(app: unknown): unknown {
  if (!isObject(app) || !isObject(app['keys'])) return app;
  return { ...app, keys: playIntegrityKeys(app['keys'] as never) };
}

/** `remote`, with Google's list; `{ url: … }` for a copy of it; `not-checked`. */
function revocationsOf(given: unknown): unknown {
  if (given === 'remote') return remoteRevocations();
  if (!isObject(given)) return given;
  const { url, ...rest } = given;
  return remoteRevocations(url as string | undefined, rest as never);
}

function isObject(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
