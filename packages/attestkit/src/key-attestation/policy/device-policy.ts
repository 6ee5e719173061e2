import { atMost, NOT_ASKED, oneOf, words } from '../../kernel/asked.js';
import { decodeEither } from '../../kernel/bytes/base64.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { assertOneOf, type OptionTypes } from '../../kernel/config/options.js';
import type { Checks } from '../../ports/checks.js';
import type { AuthorizationList } from '../description/authorization-list.js';
import type { SecurityLevel } from '../description/key-description.js';
import type { DeviceFacts } from '../enrolled-facts.js';
import { POLICY_CHECKS as CHECKS } from './policy-checks.js';
import type { Provisioning } from '../chain/provisioning.js';
import { isComplete } from '../description/lenient-der.js';
import {
  HIGHEST_OS,
  isAtLeastPatch,
  patchWords,
  readPatchLevel,
  readVersion,
  versionWords,
} from './versions.js';

/** What a device must meet to be accepted, beyond being genuine. */
export interface DevicePolicyOptions {
  /** The minimum: a trusted execution environment, or a StrongBox. Default `trusted-environment`. */
  readonly securityLevel?: 'trusted-environment' | 'strong-box' | undefined;
  /**
   * `required`: the bootloader is locked and started a system of the maker, or one of `verifiedBootKeys`. `any`: neither
   * is checked. Default `required`.
   */
  readonly verifiedBoot?: 'required' | 'any' | undefined;
  /** Keys of other systems that are allowed, 32 bytes in hexadecimal or base64url: of GrapheneOS, for example. Default: none. */
  readonly verifiedBootKeys?: readonly string[] | undefined;
  /** The oldest version of Android: `13`. If the hardware does not name one, the key is refused. Default: any. */
  readonly minimumOs?: string | undefined;
  /** The oldest security patch level: `2026-05`. If there is none the key is refused. Default: any. */
  readonly minimumPatchLevel?: string | undefined;
  /** The oldest patch level of the vendor partition: `2026-05` or `2026-05-05`. Default: any. */
  readonly minimumVendorPatchLevel?: string | undefined;
  /** The oldest patch level of the boot image: `2026-05` or `2026-05-05`. Default: any. */
  readonly minimumBootPatchLevel?: string | undefined;
  /** `remote`: only chains that Google's servers issued, whose keys are short-lived and belong to one device. Default `any`. */
  readonly provisioning?: 'remote' | 'any' | undefined;
  /**
   * The most attestation certificates that the device may have been issued lately, as Google's servers count them. Only
   * remotely provisioned chains say so; others are not affected. Default: any number.
   */
  readonly maxCertificatesIssued?: number | undefined;
}

/** The options above, read and ready. */
export interface DevicePolicy {
  readonly strongBox: boolean;
  readonly verifiedBoot: boolean;
  /** Base64url. */
  readonly bootKeys: readonly string[];
  readonly minimumOs: number | undefined;
  /** Of the system, of the vendor's part, of the boot image: YYYYMMDD, with 00 for any day. */
  readonly patches: readonly (number | undefined)[];
  readonly remote: boolean;
  readonly maxCertificatesIssued: number | undefined;
}

export const DEVICE_OPTIONS = {
  securityLevel: 'string',
  verifiedBoot: 'string',
  verifiedBootKeys: 'list',
  minimumOs: 'string',
  minimumPatchLevel: 'string',
  minimumVendorPatchLevel: 'string',
  minimumBootPatchLevel: 'string',
  provisioning: 'string',
  maxCertificatesIssued: 'number',
} as const satisfies OptionTypes;

/**
 * Reads the policy's options.
 *
 * @throws ConfigurationError naming the option
 */
export function readDevicePolicy(options: DevicePolicyOptions): DevicePolicy {
  const { securityLevel = 'trusted-environment', verifiedBoot = 'required', provisioning = 'any' } = options;
  const { verifiedBootKeys = [], minimumOs, maxCertificatesIssued } = options;
  assertOneOf('securityLevel', securityLevel, ['trusted-environment', 'strong-box']);
  assertOneOf('verifiedBoot', verifiedBoot, ['required', 'any']);
  assertOneOf('provisioning', provisioning, ['remote', 'any']);
  const bootKeys = verifiedBootKeys.map(readBootKey);
  if (!isComplete(bootKeys)) {
    const remedy = 'Give the 32 bytes that the system’s maker publishes, in hexadecimal or base64url.';
    throw new ConfigurationError('verifiedBootKeys', 'is not a list of keys', remedy);
  }
  if (verifiedBoot === 'any' && verifiedBootKeys.length > 0) {
    const remedy = 'Leave verifiedBoot out: the listed systems are accepted beside those of the makers.';
    throw new ConfigurationError('verifiedBootKeys', 'is given, and any system is accepted', remedy);
  }
  if (
    maxCertificatesIssued !== undefined &&
    !(Number.isInteger(maxCertificatesIssued) && maxCertificatesIssued > 0)
  )
    throw new ConfigurationError(
      'maxCertificatesIssued',
      'is not a whole number above 0',
      'Leave it out for any.',
    );
  return {
    strongBox: securityLevel === 'strong-box',
    verifiedBoot: verifiedBoot === 'required',
    bootKeys,
    minimumOs: minimumOs === undefined ? undefined : readVersion('minimumOs', minimumOs),
    patches: (['minimumPatchLevel', 'minimumVendorPatchLevel', 'minimumBootPatchLevel'] as const).map(
      (option) => (options[option] === undefined ? undefined : readPatchLevel(option, options[option])),
    ),
    remote: provisioning === 'remote',
    maxCertificatesIssued,
  };
}

/** 32 bytes in base64url, however they were given. */
export function readBootKey(key: unknown): string | undefined {
  if (typeof key !== 'string') return undefined;
  const bytes = /^[0-9A-Fa-f]{64}$/.test(key) ? Buffer.from(key, 'hex') : decodeEither(key);
  return bytes?.length === 32 ? bytes.toString('base64url') : undefined;
}

/** What the hardware says of the device. The list of the system is ignored: a modified system can forge it. */
export function deviceFacts(
  hardware: AuthorizationList,
  securityLevel: SecurityLevel,
  provisioning: Provisioning,
  certificatesIssued: number | undefined,
): DeviceFacts {
  const { rootOfTrust, osVersion, osPatchLevel, vendorPatchLevel, bootPatchLevel } = hardware;
  return {
    securityLevel,
    deviceLocked: rootOfTrust?.deviceLocked,
    bootState: rootOfTrust?.verifiedBootState,
    verifiedBootKey: rootOfTrust && Buffer.from(rootOfTrust.verifiedBootKey).toString('base64url'),
    osVersion,
    patchLevel: osPatchLevel,
    vendorPatchLevel,
    bootPatchLevel,
    provisioning,
    certificatesIssued,
  };
}

/** Checks a genuine device against the policy. */
export function appraiseDevice(facts: DeviceFacts, policy: DevicePolicy, now: number, checks: Checks): void {
  const { securityLevel, deviceLocked, bootState, verifiedBootKey, osVersion } = facts;
  const wanted = policy.strongBox ? 'STRONG_BOX' : NOT_ASKED;
  checks.holds(
    CHECKS.securityLevel,
    !policy.strongBox || securityLevel === 'STRONG_BOX',
    securityLevel,
    wanted,
  );

  const anyBoot = !policy.verifiedBoot;
  const asked = <T>(value: T): T | typeof NOT_ASKED => (anyBoot ? NOT_ASKED : value);
  checks.holds(CHECKS.rootOfTrust, anyBoot || bootState !== undefined, undefined, asked(undefined));
  checks.holds(CHECKS.locked, anyBoot || deviceLocked === true, deviceLocked, asked(true));
  const isAllowed = bootState === 'SELF_SIGNED' && policy.bootKeys.some((key) => key === verifiedBootKey);
  const states = policy.bootKeys.length === 0 ? ['VERIFIED'] : ['VERIFIED', 'SELF_SIGNED with a listed key'];
  checks.holds(
    CHECKS.bootState,
    anyBoot || bootState === 'VERIFIED' || isAllowed,
    bootState,
    asked(oneOf(states)),
  );

  const oldest = policy.minimumOs;
  const isCurrent =
    oldest === undefined || (osVersion !== undefined && osVersion >= oldest && osVersion <= HIGHEST_OS);
  const system = osVersion === undefined ? undefined : words(() => versionWords(osVersion));
  const version = oldest === undefined ? NOT_ASKED : words(() => `at least ${versionWords(oldest)}`);
  checks.holds(CHECKS.osVersion, isCurrent, system, version);
  const levels = [facts.patchLevel, facts.vendorPatchLevel, facts.bootPatchLevel];
  const arePatched = policy.patches.every(
    (least, index) => least === undefined || isAtLeastPatch(levels[index], least, now),
  );
  const isAnyPatch = policy.patches.every((least) => least === undefined);
  const patches = isAnyPatch ? NOT_ASKED : words(() => `at least ${patchWords(policy.patches)}`);
  checks.holds(
    CHECKS.patchLevel,
    arePatched,
    words(() => patchWords(levels)),
    patches,
  );

  const { provisioning, certificatesIssued } = facts;
  const source = policy.remote ? 'remote' : NOT_ASKED;
  checks.holds(CHECKS.provisioning, !policy.remote || provisioning === 'remote', provisioning, source);
  const most = policy.maxCertificatesIssued;
  const few =
    most === undefined ||
    provisioning !== 'remote' ||
    (certificatesIssued !== undefined && certificatesIssued <= most);
  checks.holds(
    CHECKS.certificatesIssued,
    few,
    certificatesIssued,
    most === undefined ? NOT_ASKED : atMost(most),
  );
}
