import type { IncomingMessage } from 'node:http';
import { empty, framingOf, noBody, ownBody, type AskedBody } from './body.js';
import { yes, type HttpConvention } from './convention.js';
import { fault, isFault } from './question.js';
import { readAddress, readProxyRequestId, readScheme, readTold, readWhich } from './told.js';

/** Cut off once, byte for byte: all that follows is the target of the request, its query included. */
const PREFIX = '/authz/ext-authz';

const PARTIAL = 'X-Envoy-Auth-Partial-Body';
const ADDRESS = 'X-Forwarded-For';
const SCHEME = 'X-Forwarded-Proto';
const REQUEST_ID = 'X-Request-Id';

/** Envoy's filter `ext_authz` with an HTTP service: method, host and target are those of the question itself. */
export const extAuthz: HttpConvention = {
  name: 'ext-authz',
  isAsked: (url) => url.startsWith(PREFIX),
  read(req, { peers, requestIdsByProxy }) {
    const framing = framingOf(req);
    if (typeof framing !== 'string') return framing;
    const optional = [PARTIAL, ADDRESS, SCHEME, ...(requestIdsByProxy ? [REQUEST_ID] : [])];
    const told = readTold(req.rawHeaders, ['Host'], optional);
    if (isFault(told)) return told;
    const { method = '', url = '' } = req;
    const authority = told.by.get('host') as string;
    const which = readWhich(
      { method, authority, target: url.slice(PREFIX.length) },
      { method: 'the question', authority: 'Host', target: 'the path after the prefix' },
    );
    if (isFault(which)) return which;
    const forwardedScheme = told.by.get(SCHEME.toLowerCase());
    const scheme = forwardedScheme === undefined ? undefined : readScheme(forwardedScheme);
    if (forwardedScheme !== scheme) return fault(400, `${SCHEME} is neither http nor https`);
    // Envoy tells the address only if its configuration allows the field.
    const forwarded = told.by.get(ADDRESS.toLowerCase());
    const address = forwarded === undefined ? undefined : readAddress(forwarded, peers);
    if (typeof address === 'object') return address;
    const partial = told.by.get(PARTIAL.toLowerCase());
    if (partial !== undefined && partial !== 'true' && partial !== 'false')
      return fault(400, `${PARTIAL} is neither true nor false`);
    const { body, lines } = bodyOf(req, framing, partial);
    return {
      convention: 'ext-authz',
      ...which,
      scheme,
      lines: [...told.rest, ...lines, 'Host', authority],
      address,
      body,
      proxyRequestId: readProxyRequestId(told.by.get(REQUEST_ID.toLowerCase())),
    };
  },
  accept(accepted) {
    const { status, headers, body } = yes(accepted);
    const removed = accepted.removed().join(', ');
    return { status, headers: { ...headers, 'x-envoy-auth-headers-to-remove': removed }, body };
  },
  refuse: (answer) => answer,
};

/** Whole only if Envoy says so: without the field it may have cut the body off. */
function bodyOf(req: IncomingMessage, framing: 'body' | 'none', partial: string | undefined): AskedBody {
  if (partial === 'false') return framing === 'body' ? ownBody(req) : { body: empty, lines: [] };
  if (partial === undefined && framing === 'none') return noBody(req.method ?? '');
  return { body: undefined, lines: [] };
}
