/** How the server answered a call of an endpoint. */
export type ServerAnswer =
  /** 200. */
  | 'ok'
  /** 400: the body or the challenge. */
  | 'invalid'
  /** 401: what was shown proves nothing any more. */
  | 'unproven'
  /** 403: refused, or blocked. */
  | 'refused'
  /** 409: this installation cannot go on. */
  | 'conflict'
  /** 429 or 503: not now. */
  | 'busy'
  /** No answer that can be read. */
  | 'silent';
