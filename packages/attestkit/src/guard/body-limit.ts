/** Bytes of a body that are read for the guard, if the route does not say otherwise: 1 MiB. */
export const BODY_LIMIT = 1_048_576;

/** With this a request's `body` rejects if there is more of it than asked for; anything else is a broken connection. */
export class BodyTooLargeError extends Error {
  constructor(maxBytes: number) {
    super(`the body is over ${maxBytes} bytes`);
  }
}
