import { APP_REMOVED, WATCH_FORGERIES, type Cause, type Causes, type CodeOf } from './cause.js';

const SEND_CHAIN =
  'App author: send every certificate of `KeyStore.getCertificateChain(alias)`, in its order, each as base64 of `encoded` with `Base64.NO_WRAP`.';

const CHAIN_ALTERED = (what: string): Cause => [what, SEND_CHAIN];

const FORGED: Cause = [
  'Not sent by an honest app: the secure hardware of a phone does not make such a chain. A forger extended or altered a genuine one.',
  WATCH_FORGERIES,
];

const NEW_FORMAT: Cause = [
  'A phone writes a key description that attestkit does not read, or the chain was altered.',
  'Operator: inspect the chain. If released phones get this code, update attestkit, and report the chain if it still fails.',
];

const OWN_SYSTEM =
  'Operator: refusing such phones is what `verifiedBoot: "required"` is for. To accept a system of your choice, list its key in `verifiedBootKeys`; to accept any, set `verifiedBoot: "any"`.';

const REVOKED: Cause = [
  'Google revoked the certificate, mostly because the keys of this model leaked and were published. The user may be honest.',
  'Operator: do not make an exception: everyone can sign with a leaked key. App author: tell the user that a system update may bring new keys.',
];

export const KEY_ATTESTATION_CAUSES: Causes<CodeOf<'key-attestation'>> = {
  ERR_KEY_ATTESTATION_MISSING: [
    'The app left out `certificate_chain`, or sent it under another name.',
    SEND_CHAIN,
  ],
  ERR_KEY_ATTESTATION_ENCODING_MALFORMED: CHAIN_ALTERED(
    'The app encoded the certificates with line feeds (`Base64.DEFAULT`), as PEM, in hexadecimal, or twice.',
  ),
  ERR_KEY_ATTESTATION_CHAIN_MALFORMED: CHAIN_ALTERED(
    'The app sent the leaf alone, or left certificates out.',
  ),
  ERR_KEY_ATTESTATION_CERTIFICATE_TOO_LARGE: CHAIN_ALTERED(
    'Not sent by an honest app: genuine certificates take less than 3 KiB. The app may have put the whole chain into one element.',
  ),
  ERR_KEY_ATTESTATION_CERTIFICATE_MALFORMED: CHAIN_ALTERED(
    'The app cut off a certificate, or joined several into one element.',
  ),
  ERR_KEY_ATTESTATION_ISSUER_MISMATCH: CHAIN_ALTERED(
    'The app sorted the certificates, mixed those of two keys, or left one out.',
  ),
  ERR_KEY_ATTESTATION_ROOT_MISSING: [
    'The app left out the last certificate. Some libraries for WebAuthn do so.',
    'App author: send the root too. Operator: or accept chains without it with `allowOmittedRoot: true`.',
  ],
  ERR_KEY_ATTESTATION_SOFTWARE_ROOT_INVALID: [
    'The app runs on an emulator, or on a phone without secure hardware.',
    'App author: test on a phone, or with the virtual phone of `attestkit-testing`. Operator: nothing to repair.',
  ],
  ERR_KEY_ATTESTATION_ROOT_UNKNOWN: [
    'The phone is not certified by Google, runs a system that fakes attestations, or is the virtual phone of a test.',
    'Operator: for tests, set `roots`. If Google published a new root, update attestkit, or pin the root with `additionalRoots`.',
  ],
  ERR_KEY_ATTESTATION_ROOT_INVALID: FORGED,
  ERR_KEY_ATTESTATION_ROOT_REPEATED: FORGED,
  ERR_KEY_ATTESTATION_SIGNATURE_ALGORITHM_INVALID: FORGED,
  ERR_KEY_ATTESTATION_SIGNATURE_INVALID: FORGED,
  ERR_KEY_ATTESTATION_NOT_YET_VALID: [
    'The clock of this server is behind: the certificates of a remotely provisioned phone are often only days old.',
    'Operator: synchronize the clock of the server (NTP).',
  ],
  ERR_KEY_ATTESTATION_EXPIRED: [
    'The app sent a chain that it made weeks ago, the clock of this server is ahead, or an old chain is inspected.',
    'App author: make a new key and enroll it at once. Operator: synchronize the clock (NTP). To inspect an old chain, set `at` to the time of the request.',
  ],
  ERR_KEY_ATTESTATION_EXTENSION_MISSING: [
    'The app made the key without `setAttestationChallenge`, or the phone cannot attest keys.',
    'App author: call `setAttestationChallenge` in the `KeyGenParameterSpec`, with the UTF-8 bytes of the challenge text.',
  ],
  ERR_KEY_ATTESTATION_LEAF_EXTENSION_MISSING: FORGED,
  ERR_KEY_ATTESTATION_EXTENSION_REPEATED: [
    'The app used `setAttestKeyAlias`: its own attestation key attested the key. Or a forger signed a leaf with an attested key.',
    'Operator: set `allowAttestKeys: true` if your app does so. App author: otherwise leave `setAttestKeyAlias` out.',
  ],
  ERR_KEY_ATTESTATION_CHAIN_SHAPE_INVALID: FORGED,
  ERR_KEY_ATTESTATION_PROVISIONING_POSITION_INVALID: FORGED,
  ERR_KEY_ATTESTATION_REVOKED: REVOKED,
  ERR_KEY_ATTESTATION_DESCRIPTION_MALFORMED: NEW_FORMAT,
  ERR_KEY_ATTESTATION_TAG_REPEATED: NEW_FORMAT,
  ERR_KEY_ATTESTATION_TAG_UNKNOWN: NEW_FORMAT,
  ERR_KEY_ATTESTATION_SECURITY_LEVEL_MISMATCH: [
    'The phone was launched with Android 7, and its hardware keeps keys without attesting them.',
    'Operator: let such phones enroll with Play Integrity. App author: choose the evidence by the first API level of the phone (26 and above for Key Attestation).',
  ],
  ERR_KEY_ATTESTATION_SECURITY_LEVEL_INVALID: [
    'The app runs on an emulator, or on a phone whose hardware does not keep keys.',
    'App author: test on a phone, or with the virtual phone of `attestkit-testing`. Operator: let such phones enroll with Play Integrity.',
  ],
  ERR_KEY_ATTESTATION_SECURITY_LEVEL_CHAIN_MISMATCH: FORGED,
  ERR_KEY_ATTESTATION_ATTEST_KEY_INVALID: [
    'The app used an attestation key (`setAttestKeyAlias`) that may also sign, or that belongs to another app.',
    'App author: make the attestation key with `PURPOSE_ATTEST_KEY` alone, in the same app, or leave `setAttestKeyAlias` out.',
  ],
  ERR_KEY_ATTESTATION_CHALLENGE_MISMATCH: [
    'The app decoded or hashed the challenge, or attested the key over another challenge than the one it sent.',
    'App author: pass `challenge.toByteArray(Charsets.UTF_8)` of the text as it was returned to `setAttestationChallenge`, and make a new key for each challenge.',
  ],
  ERR_KEY_ATTESTATION_ORIGIN_INVALID: [
    'The app imported a key into the KeyStore instead of generating it there.',
    'App author: generate the key with `KeyPairGenerator` and the provider `AndroidKeyStore`.',
  ],
  ERR_KEY_ATTESTATION_PACKAGE_MISMATCH: [
    'The build has another application id, such as a debug variant with the suffix `.debug`.',
    'Operator: add this package to `apps` on servers for developers, with the certificate that signs it.',
  ],
  ERR_KEY_ATTESTATION_DIGEST_MISMATCH: [
    'The option has the upload certificate, but Google Play signs the app with its own key. Or the build is signed with a debug key.',
    'Operator: copy the SHA-256 of the app signing key certificate from the Play Console (App signing) into `signingCertificates`. List an app twice while you rotate its key.',
  ],
  ERR_KEY_ATTESTATION_ALL_APPLICATIONS_INVALID: FORGED,
  ERR_KEY_ATTESTATION_APP_VERSION_DENIED: [
    'The user has an older version of the app than `minimumVersionCode`.',
    'App author: ask the user to update the app. Operator: lower `minimumVersionCode` if too many users are refused.',
  ],
  ERR_KEY_ATTESTATION_SECURITY_LEVEL_DENIED: [
    'The phone has no StrongBox, or the app did not ask for it.',
    'App author: call `setIsStrongBoxBacked(true)` if the phone has one. Operator: set `securityLevel: "trusted-environment"` to accept the others.',
  ],
  ERR_KEY_ATTESTATION_ROOT_OF_TRUST_MISSING: [
    'An old phone, launched with Android 7, does not attest how it was started.',
    'Operator: let such phones enroll with Play Integrity, or set `verifiedBoot: "any"`.',
  ],
  ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED: ['The user unlocked the bootloader of the phone.', OWN_SYSTEM],
  ERR_KEY_ATTESTATION_BOOT_STATE_DENIED: [
    'The phone runs another system than that of its maker, such as GrapheneOS, or its bootloader is unlocked.',
    OWN_SYSTEM,
  ],
  ERR_KEY_ATTESTATION_OS_VERSION_DENIED: [
    'The phone runs an older Android than `minimumOs`.',
    'App author: ask the user to update the system. Operator: lower `minimumOs` if too many users are refused.',
  ],
  ERR_KEY_ATTESTATION_PATCH_LEVEL_DENIED: [
    'The phone did not get the security updates that the policy asks for; many makers stop after some years.',
    'App author: ask the user to update the system. Operator: lower `minimumPatchLevel`, `minimumVendorPatchLevel` or `minimumBootPatchLevel` if too many users are refused.',
  ],
  ERR_KEY_ATTESTATION_PROVISIONING_DENIED: [
    'The phone got its attestation keys in the factory, as most phones before Android 13.',
    'Operator: set `provisioning: "any"` to accept them.',
  ],
  ERR_KEY_ATTESTATION_CERTIFICATES_ISSUED_DENIED: [
    'Google issued this device more certificates lately than `maxCertificatesIssued`: many keys were made on it.',
    'Operator: raise `maxCertificatesIssued` if genuine users are refused. App author: make one key for each installation.',
  ],
  ERR_KEY_ATTESTATION_PURPOSES_DENIED: [
    'The app made the key without a purpose that the server asks for, or with `PURPOSE_ATTEST_KEY`.',
    'App author: make the key with `PURPOSE_SIGN` and every further purpose that `purposes` lists.',
  ],
  ERR_KEY_ATTESTATION_USER_AUTHENTICATION_DENIED: [
    'The app made the key without `setUserAuthenticationRequired(true)`.',
    'App author: call `setUserAuthenticationRequired(true)`. Operator: or set `userAuthentication: "any"`.',
  ],
  ERR_KEY_ATTESTATION_CREATION_TIME_DENIED: [
    'The clock of the phone is ahead, or its hardware does not write when the key was made.',
    'App author: ask the user to set the clock automatically, and make a new key. Operator: leave `maxKeyAgeSeconds` out to accept such keys.',
  ],
  ERR_KEY_ATTESTATION_TOO_OLD: [
    'The app attested a key that it had made before, or the clock of the phone is behind.',
    'App author: make a new key for each challenge. Operator: raise `maxKeyAgeSeconds`.',
  ],
  ERR_KEY_ATTESTATION_KEY_ALGORITHM_DENIED: [
    'The app made an RSA key of less than 2048 bits, a key for key agreement such as X25519, or a key without SHA-256, SHA-384 or SHA-512 among its digests.',
    'App author: make an EC key on `secp256r1`, with `PURPOSE_SIGN` and SHA-256.',
  ],
  ERR_KEY_ATTESTATION_APP_ID_DENIED: APP_REMOVED,
  ERR_KEY_ATTESTATION_VIRTUAL_DENIED: [
    'The device was enrolled by a test, with the option `roots`, and the store still has its record.',
    'Operator: do not use one store for tests and production. Delete the record with `guard.devices.forget`.',
  ],
  ERR_KEY_ATTESTATION_ROOT_DENIED: [
    'The root was taken out of `additionalRoots` after the device enrolled under it.',
    'App author: the app enrolls a new key, as after every 401. Operator: put the root back if it was removed by mistake.',
  ],
  ERR_KEY_ATTESTATION_ATTEST_KEY_DENIED: [
    'The option `allowAttestKeys` was removed after the device enrolled.',
    'App author: make a new key without `setAttestKeyAlias`, and enroll it. Operator: or set the option again.',
  ],
  ERR_KEY_ATTESTATION_ENROLLED_CHAIN_REVOKED: REVOKED,
  ERR_KEY_ATTESTATION_REVOCATIONS_UNAVAILABLE: [
    'The server could not fetch Google’s revocation list, and the one it has is older than `maxStaleSeconds`.',
    'Operator: allow https to `android.googleapis.com` through the firewall or proxy, or keep a copy with `storedRevocations` and renew it.',
  ],
  ERR_KEY_ATTESTATION_SIGNATURE_KEY_INVALID: [
    'The key in the evidence file is not one that a device could enroll, such as an X25519 key.',
    'Operator: inspect the signature with the public key of the record, as SPKI in PEM or base64.',
  ],
  ERR_KEY_ATTESTATION_SIGNATURE_ENCODING_MALFORMED: [
    'The app encoded the signature with line feeds, or in hexadecimal.',
    'App author: send the bytes that `Signature.sign()` returned, in base64 or base64url with `NO_WRAP`.',
  ],
  ERR_KEY_ATTESTATION_REQUEST_SIGNATURE_INVALID: [
    'The app signed other bytes than the server verifies: a target without its query, a body that was serialized again, another audience, or a hash of the lines.',
    'App author: sign the UTF-8 bytes of the lines themselves with `SHA256withECDSA`, over the bytes on the wire. `attestkit inspect` names the usual mistakes.',
  ],
  ERR_KEY_ATTESTATION_MODULES_HASH_MISSING: [
    'The phone runs a version of Android before 16, which does not attest its modules.',
    'Operator: ask for modules only from phones whose key description has version 400 or above.',
  ],
  ERR_KEY_ATTESTATION_MODULES_MALFORMED: [
    'The app altered the modules, or encoded them as text.',
    'App author: send the bytes that `KeyStoreManager.getSupplementaryAttestationInfo(MODULE_HASH)` returned, in base64.',
  ],
  ERR_KEY_ATTESTATION_MODULES_MISMATCH: [
    'The phone installed a system update after the key was made, so that its modules changed.',
    'App author: fetch the modules when the key is made, and send both together.',
  ],
};
