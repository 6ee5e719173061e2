import type { JsonObject } from '../kernel/bytes/json.js';
import { Members } from './verdict/members.js';
import type { PlayIntegrityVerdict } from './verdict/verdict.js';

/** What the policy looks at, kept in a device's record: in short, what a verdict says. A member that is not known is absent or undefined. */
export interface PlayIntegrityFacts extends JsonObject {
  readonly appVerdict?: string | undefined;
  readonly packageName?: string | undefined;
  /** SHA-256 of the app's certificates, base64url without padding. */
  readonly certificates?: readonly string[] | undefined;
  /** Decimal digits. */
  readonly versionCode?: string | undefined;
  readonly deviceLabels?: readonly string[] | undefined;
  /** API level. */
  readonly sdkVersion?: number | undefined;
  readonly licensing?: string | undefined;
  readonly deviceActivity?: string | undefined;
  readonly appsDetected?: readonly string[] | undefined;
  readonly playProtect?: string | undefined;
}

/** What a verdict says, in short. */
export function factsOf(verdict: PlayIntegrityVerdict): PlayIntegrityFacts {
  const { appIntegrity, deviceIntegrity, accountDetails, environmentDetails } = verdict;
  return {
    appVerdict: appIntegrity.appRecognitionVerdict,
    packageName: appIntegrity.packageName,
    certificates: appIntegrity.certificateSha256Digest.map(unpadded),
    versionCode: appIntegrity.versionCode,
    deviceLabels: deviceIntegrity.deviceRecognitionVerdict,
    sdkVersion: deviceIntegrity.sdkVersion,
    licensing: accountDetails.appLicensingVerdict,
    deviceActivity: deviceIntegrity.deviceActivityLevel,
    appsDetected: environmentDetails.appsDetected,
    playProtect: environmentDetails.playProtectVerdict,
  };
}

/** The facts of a record, which were JSON meanwhile; a member of another type is absent. */
export function readFacts(facts: JsonObject): PlayIntegrityFacts {
  const members = new Members(facts, []);
  return {
    appVerdict: members.text('appVerdict'),
    packageName: members.text('packageName'),
    certificates: members.texts('certificates'),
    versionCode: members.digits('versionCode'),
    deviceLabels: members.texts('deviceLabels'),
    sdkVersion: members.count('sdkVersion'),
    licensing: members.text('licensing'),
    deviceActivity: members.text('deviceActivity'),
    appsDetected: members.texts('appsDetected'),
    playProtect: members.text('playProtect'),
  };
}

/** Base64url of either alphabet without its padding: one text for the same bytes. */
export function unpadded(text: string): string {
  return text
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/={1,2}$/, '');
}
