import type { ErrorCode } from 'attestkit/catalog';
import type { JweSteps } from '../../encode/jwe.js';
import type { JwsSteps } from '../../encode/jws.js';
import type { VerdictPayload } from '../play-integrity-verdict.js';

/** The steps of making a verdict, and the token around it. */
export interface PlayIntegritySteps extends JweSteps, JwsSteps {
  readonly verdict?: (verdict: VerdictPayload) => object;
}

/** An expectation of the verifier without which it accepts what is genuine, and only not what somebody wants. */
export type PlayIntegrityDemand =
  | 'acceptedCertificates'
  | 'minimumVersionCode'
  | 'minimumSdk'
  | 'deviceActivity'
  | 'appAccessRisk'
  | 'playProtect';

/** One precise fault: the steps that it changes, and what has to come of it. */
export type PlayIntegrityDefectWith = PlayIntegritySteps & {
  readonly code: ErrorCode;
  readonly says: string;
  readonly needs?: PlayIntegrityDemand;
};
