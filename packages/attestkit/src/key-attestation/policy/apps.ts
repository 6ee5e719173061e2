import { atLeast, NOT_ASKED, oneOf } from '../../kernel/asked.js';
import { decodeEither } from '../../kernel/bytes/base64.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../../kernel/config/options.js';
import type { Checks } from '../../ports/checks.js';
import type { AttestationApplicationId } from '../description/application-id.js';
import { DESCRIPTION_CHECKS as CHECKS } from '../description/description-checks.js';
import type { KeyDescription } from '../description/key-description.js';
import { POLICY_CHECKS } from './policy-checks.js';

/** An app that may enroll. */
export interface AndroidApp {
  /** `com.example.app` */
  readonly packageName: string;
  /**
   * SHA-256 of every certificate that the app is signed with, no more and no fewer: hexadecimal (colons may stand
   * between), base64 or base64url. An app that is signed in several ways is listed several times.
   */
  readonly signingCertificates: readonly string[];
  /** The least version code. Default: any. */
  readonly minimumVersionCode?: number | undefined;
}

/** An app, read and ready. */
export interface ExpectedApp {
  readonly packageName: string;
  /** Hexadecimal, sorted. */
  readonly digests: string;
  readonly minimumVersionCode: number;
}

const OPTIONS: OptionTypes = {
  packageName: 'string',
  signingCertificates: 'list',
  minimumVersionCode: 'number',
};

/**
 * Reads the apps.
 *
 * @throws ConfigurationError naming `apps`
 */
export function readApps(apps: readonly AndroidApp[] | undefined): readonly ExpectedApp[] {
  if (apps === undefined || apps.length === 0) {
    const remedy =
      'Give a list: { packageName, signingCertificates }, with the SHA-256 of the signing certificate.';
    throw new ConfigurationError('apps', 'is missing', remedy);
  }
  return apps.map((app, index) => {
    const path = `apps[${index}].`;
    assertOptions(app, OPTIONS, 'an app', path);
    const { packageName, signingCertificates = [], minimumVersionCode = -Infinity } = app;
    if (!/^[A-Za-z]\w*(\.[A-Za-z]\w*)+$/.test(packageName)) {
      const remedy = 'Give the name that the app is installed under: com.example.app.';
      throw new ConfigurationError(`${path}packageName`, 'is not the name of a package', remedy);
    }
    const digests = signingCertificates.map(readDigest);
    if (digests.length === 0 || digests.includes(undefined) || new Set(digests).size < digests.length) {
      const remedy =
        'Give SHA-256 of each signing certificate, once, as apksigner or the Play Console shows it.';
      throw new ConfigurationError(`${path}signingCertificates`, 'is not a list of SHA-256 digests', remedy);
    }
    if (Number.isNaN(minimumVersionCode))
      throw new ConfigurationError(`${path}minimumVersionCode`, 'is not a number', 'Give a version code.');
    return { packageName, digests: digests.toSorted().join(), minimumVersionCode };
  });
}

/**
 * The one of the expected apps that the key belongs to. The system says so, not the hardware: it is true as far as the
 * system is genuine.
 *
 * @param apps undefined: any app
 * @returns the package name; undefined if any may be, or a recording sink let a failure pass
 */
export function appraiseApp(
  { softwareEnforced, hardwareEnforced }: KeyDescription,
  apps: readonly ExpectedApp[] | undefined,
  checks: Checks,
): string | undefined {
  const attested = softwareEnforced.attestationApplicationId ?? hardwareEnforced.attestationApplicationId;
  const { packages = [], signatureDigests = [] }: Partial<AttestationApplicationId> = attested ?? {};
  const names = packages.map(({ name }) => name);
  const named = apps?.filter(({ packageName }) => names.includes(packageName));
  checks.holds(
    CHECKS.package,
    named === undefined || named.length > 0,
    names,
    apps && oneOf(apps.map(({ packageName }) => packageName)),
  );

  // All of the digests and no other: one key too many is somebody else's.
  const digests = joinDigests(signatureDigests);
  const signed = named?.filter((app) => app.digests === digests);
  const wanted = (named?.length === 0 ? apps : named)?.map((app) => app.digests);
  checks.holds(CHECKS.digests, signed === undefined || signed.length > 0, digests, wanted && oneOf(wanted));

  const open = softwareEnforced.allApplications ?? hardwareEnforced.allApplications ?? false;
  checks.holds(CHECKS.allApplications, apps === undefined || !open);

  const current = signed?.find(({ packageName, minimumVersionCode }) =>
    packages.some(({ name, version }) => name === packageName && version >= minimumVersionCode),
  );
  const least = signed?.map((app) => app.minimumVersionCode).find(Number.isFinite);
  const version = least === undefined ? NOT_ASKED : atLeast(least);
  checks.holds(POLICY_CHECKS.appVersion, signed === undefined || current !== undefined, packages, version);
  return current?.packageName;
}

/** Sorted, in hexadecimal, with commas between: one text for one set. */
export function joinDigests(digests: readonly Uint8Array[]): string {
  const texts = digests.map((digest) => Buffer.from(digest).toString('hex'));
  return texts.toSorted().join();
}

function readDigest(digest: unknown): string | undefined {
  if (typeof digest !== 'string') return undefined;
  const plain = /^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31}$/.test(digest) ? digest.replaceAll(':', '') : digest;
  if (/^[0-9A-Fa-f]{64}$/.test(plain)) return plain.toLowerCase();
  const bytes = decodeEither(digest);
  return bytes?.length === 32 ? bytes.toString('hex') : undefined;
}
