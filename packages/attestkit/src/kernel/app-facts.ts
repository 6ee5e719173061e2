import type { RequestFacts } from '../ports/events.js';
import { isJsonObject } from './bytes/json.js';

/** Members of facts that name the version of a build: of App Attest, of Android, of Play Integrity. */
const VERSIONS = ['bundleVersion', 'appVersion', 'versionCode'];

/**
 * The app that a verified result is about: of an enrolled device, of a token that names its app, or of a session, which
 * has it in `attestation`. Undefined if the result does not name an app.
 */
export function appOf(result: unknown): RequestFacts['app'] {
  if (!isJsonObject(result)) return undefined;
  const { appId: id, platform, facts, attestation } = result;
  if (typeof id !== 'string') return appOf(attestation);
  const version = VERSIONS.map((name) => (isJsonObject(facts) ? facts[name] : undefined)).find(
    (each) => each !== undefined,
  );
  return {
    id,
    platform: typeof platform === 'string' ? platform : undefined,
    version: version === undefined ? undefined : String(version),
  };
}
