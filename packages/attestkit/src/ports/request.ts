/** A request as the guard sees it: what an adapter makes of its framework's own request. */
export interface AttestedRequest {
  /** The method as sent, in upper case for the standard ones: `GET`. */
  readonly method: string;
  /** Path and query as on the request line: never decoded, never shortened by the prefix of a mounted router. */
  readonly target: string;
  /**
   * The target that the framework routes by, if it hands on another request than the one that was sent: a path is excluded
   * only if this one is excluded too.
   */
  readonly routed?: string | undefined;
  /**
   * The values of a header field, one entry per field line, each the line's bytes as latin-1 code units,
   * without surrounding white space. `name` is in lower case.
   */
  fields(name: string): readonly string[];
  /** The peer's address, resolved by the configured proxy trust only. */
  readonly ip?: string | undefined;
  /**
   * The body's exact bytes, as often as asked; the framework's own parser can still read them afterwards.
   * Absent when the body was consumed before the adapter could see it.
   *
   * Rejects with a `BodyTooLargeError` of the guard if there are more than `maxBytes` (default 1 MiB), and with anything
   * else where the connection breaks.
   */
  readonly body?: ((maxBytes?: number) => Promise<Uint8Array>) | undefined;
}
