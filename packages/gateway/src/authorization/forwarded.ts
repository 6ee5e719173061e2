import type { Convention } from '../events.js';
import type { AskedBody } from './body.js';
import type { Reading } from './convention.js';
import { fault, isFault, type Fault, type Question } from './question.js';
import { readAddress, readProxyRequestId, readScheme, readWhich, toldBy } from './told.js';

const HOST = 'X-Forwarded-Host';
const SCHEME = 'X-Forwarded-Proto';
const REQUEST_ID = 'X-Request-Id';

/** Reads questions that tell all of the request by fields: their lines, and what they have of its body. */
export function forwardedBy(
  convention: Convention,
  says: { readonly method: string; readonly target: string },
): (raw: readonly string[], reading: Reading, bodyOf: (method: string) => AskedBody) => Question | Fault {
  const required = [says.method, says.target, HOST, SCHEME, 'X-Forwarded-For'];
  const plain = toldBy(required, []);
  const withId = toldBy(required, [REQUEST_ID]);
  const named = { ...says, authority: HOST };
  return (raw, { peers, requestIdsByProxy }, bodyOf) => {
    const told = requestIdsByProxy ? withId(raw) : plain(raw);
    if (isFault(told)) return told;
    const [method = '', target = '', authority = '', proto = '', forwarded = '', id] = told.values;
    const scheme = readScheme(proto);
    if (scheme === undefined) return fault(400, `${SCHEME} is neither http nor https`);
    const which = readWhich({ method, authority, target }, named);
    if (isFault(which)) return which;
    const address = readAddress(forwarded, peers);
    if (typeof address !== 'string') return address;
    const { body, lines } = bodyOf(method);
    told.rest.push(...lines, 'Host', authority);
    const proxyRequestId = readProxyRequestId(id);
    return { convention, ...which, scheme, lines: told.rest, address, body, proxyRequestId };
  };
}
