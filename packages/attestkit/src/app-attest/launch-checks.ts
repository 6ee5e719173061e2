import { freezeJson } from '../kernel/bytes/json.js';
import type { CheckDef } from '../ports/checks.js';

/** `*` in a sentence stands for what the extensions are of. */
const CHECKS = {
  categoryForm: [
    'category is known',
    'CATEGORY_INVALID',
    'untrusted',
    'the validation category of * is not one that Apple gives to apps',
  ],
  bundleVersionForm: [
    'bundle version is text',
    'BUNDLE_VERSION_INVALID',
    'untrusted',
    'the bundle version of * is not text',
  ],
  categoryPresent: [
    'category present',
    'CATEGORY_MISSING',
    'denied',
    '* has no validation category, and one is required: systems before iOS 27 and macOS 27 write none',
  ],
  categoryAllowed: [
    'category allowed',
    'CATEGORY_DENIED',
    'denied',
    'the validation category of * is not allowed here',
  ],
  bundleVersionPresent: [
    'bundle version present',
    'BUNDLE_VERSION_MISSING',
    'denied',
    '* has no bundle version, and one is required: systems before iOS 27 write none, nor do Macs',
  ],
  bundleVersionAllowed: [
    'bundle version allowed',
    'BUNDLE_VERSION_DENIED',
    'denied',
    'the bundle version of * is not allowed here',
  ],
  codeDirectoryPresent: [
    'code directory hash present',
    'CODE_DIRECTORY_MISSING',
    'denied',
    '* has no hash of the app’s code, and one is required: systems before iOS 27 and macOS 27 sign none, nor do later ones unless the app asks for it',
  ],
  codeDirectoryAllowed: [
    'code directory hash allowed',
    'CODE_DIRECTORY_DENIED',
    'denied',
    'the hash of the app’s code in * does not belong to a version that is allowed here',
  ],
} as const;

/** Apple documents no step for it. */
const OBSERVED = 'Observed in iOS 27 and macOS 27';

type Name = keyof typeof CHECKS;

/** The checks of what iOS 27 says of the app's launch, for one kind of object. */
export type LaunchChecks<Prefix extends string> = {
  readonly [N in Name]: CheckDef<`ERR_${Prefix}_${(typeof CHECKS)[N][1]}`>;
};

/** Names them: `launchChecks('APP_ATTEST', 'attestation', …)`; the last two are Apple's steps. */
export function launchChecks<const Prefix extends string>(
  prefix: Prefix,
  object: string,
  categoryStep: string,
  bundleVersionStep: string,
): LaunchChecks<Prefix> {
  const named = Object.entries(CHECKS).map(([key, [name, suffix, stage, says]]) => {
    const step = key.startsWith('category') ? categoryStep : bundleVersionStep;
    const spec = key.startsWith('codeDirectory') ? OBSERVED : step;
    const sentence = says.replace('*', `the ${object}`);
    return [key, { name: `${object} ${name}`, code: `ERR_${prefix}_${suffix}`, stage, says: sentence, spec }];
  });
  return freezeJson(Object.fromEntries(named)) as LaunchChecks<Prefix>;
}
