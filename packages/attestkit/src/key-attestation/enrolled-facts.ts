import type { JsonObject } from '../kernel/bytes/json.js';
import type { SecurityLevel } from './description/key-description.js';
import type { Provisioning } from './chain/provisioning.js';

/** What Android says beyond what all kinds of evidence say; a member that is not known is absent. */
export interface KeyAttestationFacts extends JsonObject {
  /** Of the key description: 300. */
  readonly attestationVersion: number;
  /** The version code of the app when it enrolled. */
  readonly appVersion?: number;
  /** How the key signs requests: `ecdsa-sha256`. */
  readonly signatureAlgorithm: string;
  readonly securityLevel?: SecurityLevel | undefined;
  readonly deviceLocked?: boolean | undefined;
  readonly bootState?: string | number | undefined;
  /** Base64url. */
  readonly verifiedBootKey?: string | undefined;
  readonly osVersion?: number | undefined;
  readonly patchLevel?: number | undefined;
  readonly vendorPatchLevel?: number | undefined;
  readonly bootPatchLevel?: number | undefined;
  readonly provisioning?: Provisioning | undefined;
  readonly certificatesIssued?: number | undefined;
}

/** What the policy looks at; of an enrolled key, from its record. */
export type DeviceFacts = Required<
  Pick<
    KeyAttestationFacts,
    | 'securityLevel'
    | 'deviceLocked'
    | 'bootState'
    | 'verifiedBootKey'
    | 'osVersion'
    | 'patchLevel'
    | 'vendorPatchLevel'
    | 'bootPatchLevel'
    | 'provisioning'
    | 'certificatesIssued'
  >
>;
