import type { AttestedRequest } from '../../ports/request.js';
import { bodyOf } from './body.js';
import type { NodeMessage } from './message.js';

/** The member in which a framework has the peer's address, resolved by its own proxy trust. */
export interface Peer {
  readonly ip?: string | undefined;
}

/** A request of Node's server, or of a framework on it, as the guard sees it. */
export class NodeRequest implements AttestedRequest {
  readonly method: string;
  readonly target: string;
  readonly #message: NodeMessage;
  readonly #peer: Peer | undefined;

  constructor(message: NodeMessage, target = targetOf(message), peer?: Peer) {
    this.method = message.method ?? '';
    this.target = target;
    this.#message = message;
    this.#peer = peer;
  }

  fields(name: string): readonly string[] {
    return fieldsOf(this.#message, name);
  }

  /** Only when asked: a framework walks through `X-Forwarded-For` for it. */
  get ip(): string | undefined {
    return this.#peer === undefined ? this.#message.socket?.remoteAddress : this.#peer.ip;
  }

  get body(): (() => Promise<Uint8Array>) | undefined {
    return bodyOf(this.#message);
  }
}

/**
 * Translates a request of Node's server for `guard.check`: for a framework that has no adapter.
 *
 * @param target path and query as on the request line. Default `req.originalUrl`, or `req.url` without it:
 *   give it where the framework shortens or rewrites that one, and keeps the original elsewhere
 * @example
 * const decision = await guard.check(nodeRequest(req));
 */
export function nodeRequest(req: NodeMessage, target?: string): AttestedRequest {
  return new NodeRequest(req, target);
}

/**
 * The values of a field, one for each line. From `rawHeaders`: in `headers` a second `Authorization` is gone, and others
 * are joined. Emulations of Node's server (functions in a cloud, mocks) have `headers` alone, in which a repeated field
 * is a list, or joined by a comma.
 */
export function fieldsOf({ rawHeaders = [], headers }: NodeMessage, name: string): readonly string[] {
  if (rawHeaders.length === 0) return emulatedFields(headers, name);
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const field = rawHeaders[at] as string;
    if (field.length === name.length && field.toLowerCase() === name)
      values.push(rawHeaders[at + 1] as string);
  }
  return values;
}

function emulatedFields(headers: NodeMessage['headers'] | undefined, name: string): readonly string[] {
  return Object.entries(headers ?? {})
    .filter(([field, value]) => field.toLowerCase() === name && value !== undefined)
    .flatMap(([, value]) => (Array.isArray(value) ? (value as readonly unknown[]) : [value]))
    .map(String);
}

function targetOf({ originalUrl, url }: NodeMessage): string {
  return originalUrl ?? url ?? '';
}
