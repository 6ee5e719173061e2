import { METHODS } from 'node:http';

const PASSED_ON = new Set(METHODS.filter((method) => method !== 'CONNECT' && method !== 'TRACE'));

/** Whether requests of this method go on to the upstream: by it alone, a server may read the same bytes as another request. */
export function isMethodPassedOn(method: string): boolean {
  return PASSED_ON.has(method);
}
