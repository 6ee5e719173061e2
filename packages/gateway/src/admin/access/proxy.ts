import type { IncomingMessage } from 'node:http';
import type { Settings } from '../../config/schema.js';
import { linesOf } from '../../http/lines.js';
import { trustOf } from '../../http/trust.js';
import { Refusal } from '../answer.js';
import type { User } from './user.js';

export type ProxySettings = NonNullable<NonNullable<Settings['admin']>['proxy']>;

/** Printable ASCII without spaces at its ends. */
const USER = /^[\x21-\x7E](?:[\x20-\x7E]{0,126}[\x21-\x7E])?$/;

/**
 * Makes what reads the user that an authenticating proxy names. Only a listed peer is such a proxy: loopback too has to be listed, since
 * each process of the machine can call from there.
 *
 * @returns undefined for a request that does not come from the proxy
 * @throws ConfigurationError
 */
export function proxyUsers({
  header,
  trustedPeers,
  operators = [],
}: ProxySettings): (req: IncomingMessage) => User | undefined {
  const peers = trustOf(trustedPeers, 'trustedPeers');
  const field = header.toLowerCase();
  const mayOperate = new Set(operators);
  return ({ rawHeaders, socket: { remoteAddress } }) => {
    if (remoteAddress === undefined || !peers.has(remoteAddress)) return undefined;
    const [name, ...more] = linesOf(rawHeaders, field);
    if (name === undefined || more.length > 0 || !USER.test(name))
      throw new Refusal(401, `The proxy in front has to name one user in ${header}.`);
    return { name, role: mayOperate.has(name) ? 'operate' : 'read' };
  };
}
