import type { IncomingMessage } from 'node:http';
import { empty, framingOf, noBody, ownBody, type AskedBody } from './body.js';
import { yes, type HttpConvention } from './convention.js';
import { fault, isFault } from './question.js';
import { readAddress, readProxyRequestId, readScheme, readWhich, toldBy } from './told.js';

/** Cut off once, byte for byte: all that follows is the target of the request, its query included. */
const PREFIX = '/authz/ext-authz';

const PARTIAL = 'X-Envoy-Auth-Partial-Body';
const SCHEME = 'X-Forwarded-Proto';

const plain = toldBy(['Host'], [PARTIAL, SCHEME, 'X-Forwarded-For']);
const withId = toldBy(['Host'], [PARTIAL, SCHEME, 'X-Forwarded-For', 'X-Request-Id']);

/** Envoy's filter `ext_authz` with an HTTP service: method, host and target are those of the question itself. */
export const extAuthz: HttpConvention = {
  name: 'ext-authz',
  isAsked: (url) => url.startsWith(PREFIX),
  read(req, { peers, requestIdsByProxy }) {
    const framing = framingOf(req);
    if (typeof framing !== 'string') return framing;
    const told = requestIdsByProxy ? withId(req.rawHeaders) : plain(req.rawHeaders);
    if (isFault(told)) return told;
    const [authority = '', partial, proto, forwarded, id] = told.values;
    const { method = '', url = '' } = req;
    const which = readWhich(
      { method, authority, target: url.slice(PREFIX.length) },
      { method: 'the question', authority: 'Host', target: 'the path after the prefix' },
    );
    if (isFault(which)) return which;
    // Envoy tells scheme and address only if its configuration allows the fields.
    const scheme = proto === undefined ? undefined : readScheme(proto);
    if (scheme !== proto) return fault(400, `${SCHEME} is neither http nor https`);
    const address = forwarded === undefined ? undefined : readAddress(forwarded, peers);
    if (typeof address === 'object') return address;
    if (partial !== undefined && partial !== 'true' && partial !== 'false')
      return fault(400, `${PARTIAL} is neither true nor false`);
    const { body, lines } = bodyOf(req, framing, partial);
    told.rest.push(...lines, 'Host', authority);
    const proxyRequestId = readProxyRequestId(id);
    return { convention: 'ext-authz', ...which, scheme, lines: told.rest, address, body, proxyRequestId };
  },
  accept: (accepted) => [...yes(accepted), 'X-Envoy-Auth-Headers-To-Remove', accepted.removed().join(', ')],
  refuse: (answer) => answer,
};

/** Whole only if Envoy says so: without the field it may have cut the body off. */
function bodyOf(req: IncomingMessage, framing: 'body' | 'none', partial: string | undefined): AskedBody {
  if (partial === 'false') return framing === 'body' ? ownBody(req) : { body: empty, lines: [] };
  if (partial === undefined && framing === 'none') return noBody(req.method ?? '');
  return { body: undefined, lines: [] };
}
