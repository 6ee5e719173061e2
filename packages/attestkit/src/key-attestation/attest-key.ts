import { equalBytes } from '../kernel/bytes/equal-bytes.js';
import { joinDigests } from './policy/apps.js';
import type { KeyDescription } from './description/key-description.js';
import { ATTEST_KEY } from './policy/key-policy.js';

/**
 * Whether a key may vouch for another: its hardware generated it for attesting alone, so that it cannot sign a
 * certificate that an app made up; and it is of the same app, in the same hardware of the same system. The rest may have
 * changed since: the key is older, and app and system may have been updated.
 */
export function isAttestKey(attestKey: KeyDescription, leaf: KeyDescription): boolean {
  const { purpose = [], origin } = attestKey.hardwareEnforced;
  return (
    purpose.length === 1 &&
    purpose[0] === ATTEST_KEY &&
    origin === 0 &&
    attestKey.attestationSecurityLevel === leaf.attestationSecurityLevel &&
    attestKey.keyMintSecurityLevel === leaf.keyMintSecurityLevel &&
    isSameSystem(attestKey, leaf) &&
    appOf(attestKey) !== undefined &&
    appOf(attestKey) === appOf(leaf)
  );
}

function isSameSystem(one: KeyDescription, other: KeyDescription): boolean {
  const [first, second] = [one.hardwareEnforced.rootOfTrust, other.hardwareEnforced.rootOfTrust];
  return (
    first !== undefined &&
    second !== undefined &&
    first.deviceLocked === second.deviceLocked &&
    first.verifiedBootState === second.verifiedBootState &&
    equalBytes(first.verifiedBootKey, second.verifiedBootKey)
  );
}

/** Packages and digests in one text, without the versions; undefined if there is no app. */
function appOf({ softwareEnforced, hardwareEnforced }: KeyDescription): string | undefined {
  const app = softwareEnforced.attestationApplicationId ?? hardwareEnforced.attestationApplicationId;
  if (app === undefined) return undefined;
  const names = app.packages.map(({ name }) => name).toSorted();
  return JSON.stringify([names, joinDigests(app.signatureDigests)]);
}
