import type { Chain } from './chain/chain.js';
import type { ReadKeyDescription } from './description/key-description.js';
import { PROVISIONING_INFO, type Provisioning } from './chain/provisioning.js';
import { describeName } from './chain/distinguished-name.js';

/** What a chain is made of, for logs and people; all of it as it was sent, whatever came of the checks. */
export interface ChainFacts {
  readonly chainLength: number;
  /**
   * `google-rsa4096`, `google-p384`, `additional`, `virtual`, `aosp-software-ec`, `aosp-software-rsa`, `unknown` for any other; undefined
   * if the chain ends without one that is known.
   */
  readonly rootKind: string | undefined;
  /** The root is not in the chain. */
  readonly rootOmitted: boolean;
  readonly provisioning: Provisioning;
  /** `ec:prime256v1`, `rsa:2048`, `ed25519`, or an object identifier. */
  readonly leafKey: string | undefined;
  /** Object identifiers of the signature algorithms, from the leaf up. */
  readonly sigAlgs: readonly string[];
  /** Whether each certificate is signed by the next one. */
  readonly sigVerified: readonly boolean[];
  /** Extensions with provisioning info, in hexadecimal. */
  readonly provisioningInfo: readonly { readonly index: number; readonly hex: string }[];
  /** In lower-case hexadecimal without leading zeros, from the leaf up. */
  readonly serials: readonly string[];
  /** `2.5.4.3=Droid CA2, 2.5.4.10=Google LLC` */
  readonly subjects: readonly string[];
  /** From when to when all certificates above the leaf are valid, ISO 8601; null if there are none. */
  readonly interValidity: readonly [from: string, to: string] | null;
  /** Which certificates have the attestation extension. */
  readonly extensionIndexes: readonly number[];
  /** Deviations from DER that genuine devices have: `hardwareEnforced.digest: SET OF not DER-sorted`. */
  readonly anomalies: readonly string[];
  /** Tags of a newer version than is known here: `hardwareEnforced 999`. */
  readonly unknownTags: readonly string[];
  /** Whether the version of the key description is known here. */
  readonly versionKnown: boolean;
}

/** Describes a chain. */
export function describeChain(
  chain: Chain,
  leafKey: string | undefined,
  read: ReadKeyDescription | undefined,
): ChainFacts {
  const { certificates, root, isRooted, provisioning, positions, links, serials } = chain;
  const upper = certificates.slice(1);
  const from = Math.max(...upper.map(({ notBefore }) => notBefore));
  const to = Math.min(...upper.map(({ notAfter }) => notAfter));
  return {
    chainLength: certificates.length,
    rootKind: root,
    rootOmitted: !isRooted,
    provisioning,
    leafKey,
    sigAlgs: certificates.map(({ algorithm }) => algorithm),
    sigVerified: links.slice(0, upper.length).map(({ verified }) => verified),
    provisioningInfo: certificates.flatMap(({ extensions }, index) => {
      const value = extensions.get(PROVISIONING_INFO)?.value;
      return value === undefined ? [] : [{ index, hex: Buffer.from(value).toString('hex') }];
    }),
    serials,
    subjects: certificates.map(({ subject }) => describeName(subject)),
    interValidity: upper.length === 0 ? null : [new Date(from).toISOString(), new Date(to).toISOString()],
    extensionIndexes: positions.attested,
    anomalies: read?.anomalies ?? [],
    unknownTags: read?.unknownTags ?? [],
    versionKnown: read?.versionKnown ?? false,
  };
}
