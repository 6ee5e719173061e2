import { randomUUID } from 'node:crypto';
import type { AttestedRequest } from 'attestkit';

/** A request's name in logs. A trusted proxy may give it; all others get a new one. */
export function requestIdOf(given: readonly string[], isTrusted: boolean): string {
  const [name, ...more] = given;
  const isName = name !== undefined && more.length === 0 && /^[A-Za-z0-9._~-]{1,128}$/.test(name);
  return isTrusted && isName ? name : randomUUID();
}

const ID = Symbol('id');

/** Names a request for the events of the guard. */
export function named<Request extends AttestedRequest>(request: Request, id: string): Request {
  const own: Request & { [ID]?: string } = request;
  own[ID] = id;
  return own;
}

/** What `createGuard` takes as `requestId`. */
export function idOf(request: AttestedRequest & { readonly [ID]?: string }): string | undefined {
  return request[ID];
}
