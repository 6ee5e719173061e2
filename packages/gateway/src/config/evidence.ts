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

/** What makers are handed beside the file. */
export interface MakerContext {
  readonly store: Store;
  /** The time by which fetched keys and lists get old. Default: the system's. */
  readonly now?: (() => number) | undefined;
}

/** Makes the kinds of evidence that any request may carry. */
export const EVIDENCE: Readonly<Record<string, (given: Given, context: MakerContext) => Evidence>> = {
  approov: (given, context) => approov(withReplay(withKeys(given, context), context) as never),
  appCheck: (given, context) => appCheck(ofFirebase(given, context) as never),
};

/** Makes the kinds of evidence that devices enroll with. */
export const ENROLLMENT: Readonly<
  Record<string, (given: Given, context: MakerContext) => EnrollmentEvidence>
> = {
  appAttest: (given) => appAttest(given as never),
  keyAttestation: (given, context) =>
    keyAttestation({
      ...given,
      ...(given['revocations'] !== undefined && {
        revocations: revocationsOf(given['revocations'], context),
      }),
      ...(isObject(given['playIntegrity']) && {
        playIntegrity: playIntegrity(ofPlay(given['playIntegrity'], context) as never),
      }),
    } as never),
  playIntegrity: (given, context) => playIntegrity(ofPlay(given, context) as never),
  appCheck: (given, context) => appCheckEnrollment(ofFirebase(given, context) as never),
  signedToken: (given, context) => signedToken(withKeys(given, context) as never),
  development: (given) => developmentAttester(given as never),
};

/** `keys: { jwks: https://… , algorithm: ES256 }`. */
function withKeys(given: Given, { now }: MakerContext): Given {
  const { keys } = given;
  if (!isObject(keys)) return given;
  const { url, ...rest } = keys;
  return { ...given, keys: remoteJwks(String(url), { ...rest, now } as never) };
}

/** `messageSigning: { replay: true }` remembers used signatures in the gateway's store. */
function withReplay(given: Given, { store }: MakerContext): Given {
  const { messageSigning } = given;
  if (!isObject(messageSigning) || messageSigning['replay'] !== true) return given;
  return { ...given, messageSigning: { ...messageSigning, store } };
}

/** Seconds that Firebase lets its keys be kept. */
const KEYS_MAX_AGE = 21_600;

/** `consumer: { project: … }` asks Firebase; `store: true` remembers used tokens in the gateway's store. */
function ofFirebase(given: Given, context: MakerContext): Given {
  const { consumer, store: isStored, keys } = given;
  const own = isObject(keys)
    ? withKeys(given, context)
    : {
        ...given,
        keys: remoteJwks(APP_CHECK_JWKS, {
          algorithm: 'RS256',
          maxAgeSeconds: KEYS_MAX_AGE,
          now: context.now,
        }),
      };
  return {
    ...own,
    ...(isObject(consumer) && {
      consumer: oneTimeConsumer(googleAppCheck({ ...consumer, now: context.now } as never)),
    }),
    ...(isStored === true && { store: context.store }),
  };
}

/** `decoder: { credentials: metadata }` asks Google; `keys` of an app decrypt here. */
function ofPlay(given: Given, { now }: MakerContext): Given {
  const { decoder, apps } = given;
  return {
    ...given,
    ...(isObject(decoder) && { decoder: googlePlayIntegrity({ ...decoder, now } as never) }),
    ...(Array.isArray(apps) && { apps: apps.map((app: unknown) => withPlayKeys(app)) }),
  };
}

function withPlayKeys(app: unknown): unknown {
  if (!isObject(app) || !isObject(app['keys'])) return app;
  return { ...app, keys: playIntegrityKeys(app['keys'] as never) };
}

/** `remote`, with Google's list; `{ url: … }` for a copy of it; `not-checked`. */
function revocationsOf(given: unknown, { now }: MakerContext): unknown {
  if (given === 'remote') return remoteRevocations(undefined, { now });
  if (!isObject(given)) return given;
  const { url, ...rest } = given;
  return remoteRevocations(url as string | undefined, { ...rest, now } as never);
}

function isObject(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
