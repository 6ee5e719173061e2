import type { RemoteEvent } from './events.js';
import type { KeyObject } from 'node:crypto';

/** The signature algorithms of RFC 7518 §3.1 and RFC 8037 §3.1 that are understood. */
export type JwsAlgorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA';

/** A key that is pinned to one algorithm. Never made from anything that a token says. */
export interface VerificationKey {
  readonly algorithm: JwsAlgorithm;
  readonly kid?: string | undefined;
  readonly key: KeyObject;
}

/** Where a verifier's keys come from: a fixed list, or a JWKS that is fetched. */
export interface KeySource {
  /** The algorithms that this source has keys for: one, but for sessions whose keys are being replaced. */
  readonly algorithms: readonly JwsAlgorithm[];
  /**
   * The keys that a token with this `kid`, or with none, may be signed with; empty when there are none.
   * A promise when they have to be fetched first.
   *
   * @param algorithm as the token says; a source with keys for one algorithm need not look at it
   * @throws AttestationError of stage `unavailable` (or rejects with it) when they cannot be fetched
   */
  candidates(
    kid: string | undefined,
    algorithm?: JwsAlgorithm,
  ): readonly VerificationKey[] | Promise<readonly VerificationKey[]>;
  /** Whether a key that verified a token earlier is still one of this source's. Answers at once; may start a refresh in the background. */
  includes(key: VerificationKey): boolean;
  /** SHA-256 of each symmetric secret that is configured, in every encoding. See `Evidence.secretDigests`. */
  readonly secretDigests?: () => readonly string[];
  /** Has the listener told of each request to another service. Absent if there is none. */
  readonly watch?: (listener: (event: RemoteEvent) => void) => void;
}

/** A source that is complete at start-up: nothing has to be fetched. */
export interface FixedKeySource extends KeySource {
  candidates(kid: string | undefined, algorithm?: JwsAlgorithm): readonly VerificationKey[];
}
