import { randomUUID } from 'node:crypto';
import type { AttestedRequest } from 'attestkit';

/** A request's name in logs: a proxy of ours may give it; of nobody else it is taken. */
export function requestIdOf(given: readonly string[], isTrusted: boolean): string {
  const [name, ...more] = given;
  const isName = name !== undefined && more.length === 0 && /^[A-Za-z0-9._~-]{1,128}$/.test(name);
  return isTrusted && isName ? name : randomUUID();
}

const ids = new WeakMap<AttestedRequest, string>();

/** Names a request for the events of the guard. */
export function named(request: AttestedRequest, id: string): AttestedRequest {
  ids.set(request, id);
  return request;
}

/** What `createGuard` takes as `requestId`. */
export function idOf(request: AttestedRequest): string | undefined {
  return ids.get(request);
}
