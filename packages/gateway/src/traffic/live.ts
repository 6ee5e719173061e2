import type { Composed, GatewayRule } from '../config/compose.js';
import type { Trust } from '../http/trust.js';
import type { ResultSigner } from '../identity/result-token.js';
import type { IsEvidence } from './outgoing.js';
import type { Upstream } from './upstreams.js';

/** All that one version of the configuration says about traffic. A request keeps the version that it began with. */
export interface Live extends Composed {
  readonly trusted: Trust;
  /** Who may ask about requests. */
  readonly peers: Trust;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly isEvidence: (rule: GatewayRule) => IsEvidence;
  /** Makes result tokens, if there is a key for them. */
  readonly signer: ResultSigner | undefined;
  /** `aud` of those for an upstream. */
  readonly audienceOf: (upstream: string) => string;
}
