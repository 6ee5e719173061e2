import { provisioningInfo, PROVISIONING_INFO } from '../authorities.js';
import { enumerated, integers, rootOfTrust, type Boot } from '../description.js';
import { app, tag, toSoftware } from './description-steps.js';
import { withTag } from '../tags.js';
import { integer, NULL, octets, sequence } from '../../encode/der.js';
import type { KeyAttestationDefectWith } from './defect.js';
import type { ChainSteps } from '../make-chain.js';

const DAY = 86_400_000;

/** Another start of the device, as its hardware saw it. */
function boot(change: Partial<Boot>): ChainSteps {
  return tag('hardware', 704, ({ boot: honest, version }) => rootOfTrust({ ...honest, ...change }, version));
}

const VERIFIED_BOOT = 'ERR_KEY_ATTESTATION_BOOT_STATE_DENIED';
const PATCH = 'ERR_KEY_ATTESTATION_PATCH_LEVEL_DENIED';

/** Genuine keys of devices and apps that a policy does not want. */
export const ANDROID_POLICY_DEFECTS = {
  'app-too-old': {
    code: 'ERR_KEY_ATTESTATION_APP_VERSION_DENIED',
    says: 'the app has version code 0',
    needs: 'minimumVersionCode',
    ...app({ versionCode: 0 }),
  },
  'no-root-of-trust': {
    code: 'ERR_KEY_ATTESTATION_ROOT_OF_TRUST_MISSING',
    says: 'the hardware does not say how the device was started',
    ...tag('hardware', 704),
  },
  'root-of-trust-in-software': {
    code: 'ERR_KEY_ATTESTATION_ROOT_OF_TRUST_MISSING',
    says: 'the system, not the hardware, says how the device was started',
    ...toSoftware(704),
  },
  'root-of-trust-unreadable': {
    code: 'ERR_KEY_ATTESTATION_DESCRIPTION_MALFORMED',
    says: 'the lock of the bootloader is a number',
    ...tag('hardware', 704, () =>
      sequence(octets(Buffer.alloc(32)), integer(1), enumerated(0), octets(Buffer.alloc(32))),
    ),
  },
  unlocked: {
    code: 'ERR_KEY_ATTESTATION_DEVICE_UNLOCKED_DENIED',
    says: 'the bootloader is unlocked, and all else in order',
    ...boot({ locked: false }),
  },
  'self-signed-system': { code: VERIFIED_BOOT, says: 'a system of the owner’s', ...boot({ state: 1 }) },
  'unverified-system': { code: VERIFIED_BOOT, says: 'an unverified system', ...boot({ state: 2 }) },
  'boot-failed': {
    code: VERIFIED_BOOT,
    says: 'the verification of the system failed',
    ...boot({ state: 3 }),
  },
  'boot-state-unknown': {
    code: VERIFIED_BOOT,
    says: 'an undocumented boot state',
    ...boot({ state: 9 }),
  },
  'os-too-old': {
    code: 'ERR_KEY_ATTESTATION_OS_VERSION_DENIED',
    says: 'Android 7',
    needs: 'minimumOs',
    ...tag('hardware', 705, () => integer(70_000)),
  },
  'no-os-version': {
    code: 'ERR_KEY_ATTESTATION_OS_VERSION_DENIED',
    says: 'the hardware does not know the version of the system',
    needs: 'minimumOs',
    ...tag('hardware', 705),
  },
  'patch-too-old': {
    code: PATCH,
    says: 'the patch level is of January 2018',
    needs: 'minimumPatchLevel',
    ...tag('hardware', 706, () => integer(201_801)),
  },
  'patch-in-far-future': {
    code: PATCH,
    says: 'the patch level is of the year 2099',
    needs: 'minimumPatchLevel',
    ...tag('hardware', 706, () => integer(209_901)),
  },
  'vendor-patch-too-old': {
    code: PATCH,
    says: 'the vendor’s patch level is of January 2018',
    needs: 'minimumVendorPatchLevel',
    ...tag('hardware', 718, () => integer(20_180_105)),
  },
  'boot-patch-too-old': {
    code: PATCH,
    says: 'the boot image’s patch level is of January 2018',
    needs: 'minimumBootPatchLevel',
    ...tag('hardware', 719, () => integer(20_180_105)),
  },
  'many-certificates': {
    code: 'ERR_KEY_ATTESTATION_CERTIFICATES_ISSUED_DENIED',
    says: 'the device was issued ten thousand attestation certificates lately',
    needs: 'maxCertificatesIssued',
    provisioning: 'rkp',
    drafts: (drafts) =>
      drafts.map((each) => {
        const extensions = each.fields.extensions.map((extension) =>
          extension.oid === PROVISIONING_INFO ? provisioningInfo(10_000) : extension,
        );
        return { ...each, fields: { ...each.fields, extensions } };
      }),
  },
  'not-for-signing': {
    code: 'ERR_KEY_ATTESTATION_PURPOSES_DENIED',
    says: 'the key may not sign',
    needs: 'purposes',
    ...tag('hardware', 1, () => integers(6)),
  },
  'for-attesting-too': {
    code: 'ERR_KEY_ATTESTATION_PURPOSES_DENIED',
    says: 'the key may attest other keys beside signing',
    needs: 'purposes',
    ...tag('hardware', 1, () => integers(2, 7)),
  },
  'no-user-authentication': {
    code: 'ERR_KEY_ATTESTATION_USER_AUTHENTICATION_DENIED',
    says: 'the hardware lets anybody use the key',
    needs: 'userAuthentication',
    describe: (description) => ({
      ...description,
      hardware: withTag(withTag(description.hardware, 504), 503, NULL),
    }),
  },
  'user-authentication-in-software': {
    code: 'ERR_KEY_ATTESTATION_USER_AUTHENTICATION_DENIED',
    says: 'the system, not the hardware, sees to it that the user is authenticated',
    needs: 'userAuthentication',
    ...toSoftware(504),
  },
  'no-creation-time': {
    code: 'ERR_KEY_ATTESTATION_CREATION_TIME_DENIED',
    says: 'the time when the key was created is missing',
    needs: 'maxKeyAgeSeconds',
    ...tag('software', 701),
  },
  'created-in-future': {
    code: 'ERR_KEY_ATTESTATION_CREATION_TIME_DENIED',
    says: 'the key was created tomorrow',
    needs: 'maxKeyAgeSeconds',
    ...tag('software', 701, ({ now }) => integer(now + DAY)),
  },
  'key-too-old': {
    code: 'ERR_KEY_ATTESTATION_TOO_OLD',
    says: 'the key was created a year ago',
    needs: 'maxKeyAgeSeconds',
    ...tag('software', 701, ({ now }) => integer(now - 365 * DAY)),
  },
} as const satisfies Readonly<Record<string, KeyAttestationDefectWith<ChainSteps>>>;
