import type { ErrorCode } from 'attestkit/catalog';

/** An expectation of the verifier without which it accepts what is genuine, and only not what somebody wants. */
export type KeyAttestationDemand =
  | 'allowAttestKeys'
  | 'revocations'
  | 'minimumVersionCode'
  | 'minimumOs'
  | 'minimumPatchLevel'
  | 'minimumVendorPatchLevel'
  | 'minimumBootPatchLevel'
  | 'maxCertificatesIssued'
  | 'purposes'
  | 'userAuthentication'
  | 'maxKeyAgeSeconds';

/** One precise fault: the steps of making that it changes, and what has to come of it. */
export type KeyAttestationDefectWith<Steps> = Steps & {
  /** The code that the verifier has to refuse it with. */
  readonly code: ErrorCode;
  /** What is wrong, for people. */
  readonly says: string;
  /** Without this expectation a verifier accepts it. */
  readonly needs?: KeyAttestationDemand;
  /** The chains that it can be made of. Default: of either. */
  readonly provisioning?: 'rkp';
};
