import * as appAttest from '../app-attest/internal.js';
import * as appCheck from '../app-check/internal.js';
import * as approov from '../approov/internal.js';
import * as keyAttestation from '../key-attestation/internal.js';
import * as play from '../play-integrity/internal.js';
import type { CheckDef } from '../ports/checks.js';
import { SESSION_TOKEN_CHECKS } from '../sessions/internal.js';

const OTHER_LINES =
  'the app signed other bytes: a target without its query, a body that was written again, another audience';

const CLOCK = 'a clock is wrong, or the app keeps a token';

/** Why evidence of honest apps fails a check, mostly. The page docs/troubleshooting.md says what to do. */
export const CAUSES: readonly (readonly [check: CheckDef, cause: string])[] = [
  [approov.FIELD_CHECKS.fetched, 'the phone could not reach Approov, and the SDK sent its status'],
  [approov.TOKEN_CHECKS.compact, 'a placeholder, or a token that was cut off when it was copied'],
  [
    approov.TOKEN_CHECKS.algorithm,
    'the token is signed with a key of the account, and a secret is configured',
  ],
  [
    approov.TOKEN_CHECKS.signature,
    'the secret of another account; or base64 that was decoded twice, or taken as text',
  ],
  [approov.TOKEN_CHECKS.expired, CLOCK],
  [
    approov.BINDING_CHECKS.matches,
    'app and server bind different bytes: "Bearer " with or without, other white space',
  ],
  [
    approov.BINDING_CHECKS.claimPresent,
    'the app did not call setDataHashInToken, or fetched the token before',
  ],
  [SESSION_TOKEN_CHECKS.key, 'a secret was replaced at once, or instances have different ones'],
  [SESSION_TOKEN_CHECKS.signature, 'a secret was replaced at once, or instances have different ones'],
  [SESSION_TOKEN_CHECKS.expired, 'the app has not refreshed the session, or a clock is wrong'],
  [appCheck.TOKEN_CHECKS.audience, 'the project id was given instead of its number'],
  [appCheck.TOKEN_CHECKS.issuer, 'the token is of another Firebase project'],
  [appCheck.TOKEN_CHECKS.key, 'Firebase has changed its keys since: give the set of the token’s time'],
  [appCheck.TOKEN_CHECKS.expired, CLOCK],
  [appCheck.CLAIM_CHECKS.app, 'another app of the project, that of the other platform for example'],
  [appCheck.CLAIM_CHECKS.debug, 'a build with the debug provider'],
  [
    appAttest.ATTESTATION_CHECKS.nonce,
    'the app decoded the challenge before it hashed it, or hashed it twice, or took another challenge',
  ],
  [appAttest.ATTESTATION_CHECKS.appId, 'the bundle id without the team’s, or that of an extension'],
  [appAttest.ATTESTATION_CHECKS.counter, 'the key signed before it was attested'],
  [appAttest.ATTESTATION_CHECKS.root, 'an attestation of a test, under a virtual root'],
  [
    appAttest.ATTESTATION_CHECKS.notAfter,
    'it is looked at long after it was made: the certificate of an attestation is good for days',
  ],
  [appAttest.POLICY_CHECKS.environment, 'a build from Xcode: its keys are of development'],
  [appAttest.ASSERTION_CHECKS.signature, OTHER_LINES],
  [appAttest.ASSERTION_CHECKS.counter, 'requests overtook each other, or one was sent twice'],
  [keyAttestation.CHAIN_CHECKS.length, 'a part of the chain: the app has to send all of getCertificateChain'],
  [keyAttestation.CHAIN_CHECKS.names, 'certificates that were sorted, mixed or left out'],
  [keyAttestation.CHAIN_CHECKS.softwareRoot, 'an emulator, or a device without secure hardware'],
  [keyAttestation.CHAIN_CHECKS.root, 'an emulator, a device of a test, or one that Google has not certified'],
  [keyAttestation.CHAIN_CHECKS.extension, 'the app made the key without setAttestationChallenge'],
  [keyAttestation.CHAIN_CHECKS.revoked, 'the key of the device’s make has leaked: Google has revoked it'],
  [
    keyAttestation.DESCRIPTION_CHECKS.challenge,
    'the app decoded or hashed the challenge: Android takes the UTF-8 of its text',
  ],
  [keyAttestation.DESCRIPTION_CHECKS.package, 'the name of a build variant, .debug for example'],
  [
    keyAttestation.DESCRIPTION_CHECKS.digests,
    'Play signs the app with its own key: see App signing in its console',
  ],
  [keyAttestation.POLICY_CHECKS.locked, 'an unlocked phone'],
  [keyAttestation.POLICY_CHECKS.bootState, 'an unlocked phone, or another system than its maker’s'],
  [keyAttestation.SIGNATURE_CHECKS.signature, OTHER_LINES],
  [play.VERDICT_CHECKS.binding, 'the app hashed something else than the server expects'],
  [
    play.VERDICT_CHECKS.bindingKind,
    'a classic token where a standard one is expected, or the other way round',
  ],
  [play.VERDICT_CHECKS.recent, 'it is looked at long after it was made, or the app kept it'],
  [play.POLICY_CHECKS.cleared, 'the same token was decoded before'],
  [play.POLICY_CHECKS.recognized, 'a build that did not come from Play'],
  [play.POLICY_CHECKS.certificate, 'Play signs the app with its own key: see App signing in its console'],
  [play.POLICY_CHECKS.device, 'an emulator, a rooted phone, or one that Google has not certified'],
];

/** The usual cause behind a code; undefined for a code that has none. */
export function usualCauseOf(code: string): string | undefined {
  return CAUSES.find(([check]) => check.code === code)?.[1];
}
