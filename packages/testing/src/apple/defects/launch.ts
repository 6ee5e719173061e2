import {
  categoryBytes,
  launchExtensions,
  type AuthenticatorData,
  type Launch,
} from '../authenticator-data.js';
import { added, nested, openEnded, repeated, replaced, without } from './cbor.js';
import type { CborValue } from '../../encode/cbor.js';

const CATEGORY = 'apple_validation_category_01';
const BUNDLE = 'apple_bundle_version_01';

/** What can be wrong with the extensions of iOS 27, in attestations and assertions alike. */
export const LAUNCH_FAULTS = {
  notAMap: () => 5,
  repeatedKey: (launch) => repeated(launchExtensions(launch), CATEGORY, categoryBytes(0), 'after'),
  openEnded: (launch) => openEnded(launchExtensions(launch)),
  nestedDeep: (launch) => added(launchExtensions(launch), 'deep', nested(3000)),
  categoryShort: (launch) => changed(launch, CATEGORY, categoryBytes(launch.category).subarray(0, 3)),
  categoryInteger: (launch) => changed(launch, CATEGORY, launch.category),
  categoryNever: (launch) => changed(launch, CATEGORY, categoryBytes(0)),
  categoryUnknown: (launch) => changed(launch, CATEGORY, categoryBytes(0x0400_0000)),
  categoryOther: (launch) => changed(launch, CATEGORY, categoryBytes(2)),
  categoryMissing: (launch) => without(launchExtensions(launch), CATEGORY),
  bundleVersionBytes: (launch) => changed(bundled(launch), BUNDLE, Buffer.from('1')),
  bundleVersionOther: (launch) => changed(bundled(launch), BUNDLE, '0.0.1'),
  bundleVersionMissing: (launch) => without(launchExtensions(launch), BUNDLE),
  codeDirectoryOther: (launch) => launchExtensions({ ...launch, cdHash: Buffer.alloc(32) }),
  codeDirectoryMissing: (launch) => launchExtensions({ ...launch, cdHash: undefined }),
} as const satisfies Record<string, (launch: Launch) => CborValue>;

/** A launch with a bundle version, on a Mac too. */
function bundled(launch: Launch): Launch {
  return { ...launch, bundleVersion: launch.bundleVersion ?? '1' };
}

/** The step that puts such extensions instead of the genuine ones, or if there are none. */
export function withExtensions(make: (launch: Launch) => CborValue) {
  return <Data extends AuthenticatorData>(data: Data, { launch }: { readonly launch: Launch }): Data => ({
    ...data,
    extensions: make(launch),
  });
}

function changed(launch: Launch, key: string, value: CborValue): CborValue {
  return replaced(launchExtensions(launch), key, () => value);
}
