import type { RemoteEvent } from './events.js';
/** Which certificates of attestation chains were revoked, as Google publishes it: revoked, or suspended for now. */
export interface RevocationList {
  /** How many certificates it names. */
  readonly size: number;
  /** @param serial of the certificate, in lower-case hexadecimal without leading zeros */
  isRevoked(serial: string): boolean;
}

/** Where the list comes from: a file, or the network. */
export interface RevocationSource {
  /**
   * The list; a promise when it has to be fetched first.
   *
   * @throws AttestationError of stage `unavailable` (or rejects with it) when there is none, or it is too old
   */
  current(): RevocationList | Promise<RevocationList>;
  /** The list, if it is at hand and not too old. Answers at once; may have a newer one fetched in the background. */
  latest(): RevocationList | undefined;
  /** Has the listener told of each request to another service. Absent if there is none. */
  readonly watch?: (listener: (event: RemoteEvent) => void) => void;
}
