/** A header field line: name and value as they go on the wire, values in latin-1 code units. */
export type FieldLine = readonly [name: string, value: string];

/** A request exactly as it is to be sent. */
export interface WireRequest {
  /** Default `GET`. */
  readonly method?: string;
  /** The request target, written as it is: never parsed, never normalized. */
  readonly target: string;
  /** Sent in this order; a name may be repeated. `Host` and `Connection: close` are added unless given. */
  readonly headers?: readonly FieldLine[];
  /** Sent with `Content-Length`; several parts are sent chunked. */
  readonly body?: Uint8Array | readonly Uint8Array[];
}

export interface WireResponse {
  readonly status: number;
  /** Names in lower case, in the order of arrival. */
  readonly headers: readonly FieldLine[];
  readonly body: string;
}

/** Sends one request on a connection of its own. Rejects when there is no complete answer. */
export type Send = (request: WireRequest) => Promise<WireResponse>;

/** The one value of a header field; undefined where it is absent, an error where it is repeated. */
export function fieldOf(response: WireResponse, name: string): string | undefined {
  const values = response.headers.filter(([each]) => each === name).map(([, value]) => value);
  if (values.length > 1) throw new Error(`the answer has ${name} ${values.length} times`);
  return values[0];
}

/** Fields that the server or its framework adds to every answer, whoever made it. */
const OF_THE_SERVER = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'server',
  'transfer-encoding',
  'x-powered-by',
  'x-request-id',
]);

/** The header fields that whoever answered has set. */
export function ownFields(response: WireResponse): Record<string, string | undefined> {
  const names = response.headers.map(([name]) => name).filter((name) => !OF_THE_SERVER.has(name));
  return Object.fromEntries(names.map((name) => [name, fieldOf(response, name)]));
}
