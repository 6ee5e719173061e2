import { isIP } from 'node:net';
import { hostOf } from '../http/authority.js';

/**
 * Whether `Host` names this listener. A page on the web can have its own name lead to 127.0.0.1, and ask from the browser of an operator (DNS
 * rebinding): that name is then in `Host`. An address cannot be made to lead elsewhere, so all of them are accepted.
 *
 * @param names beside addresses and `localhost`, in lower case
 */
export function isOwnHost(authority: string, names: ReadonlySet<string>): boolean {
  const host = hostOf(authority);
  if (host === undefined) return false;
  return host === 'localhost' || isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0 || names.has(host);
}
