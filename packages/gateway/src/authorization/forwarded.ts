import type { IncomingMessage } from 'node:http';
import type { AskedBody } from './body.js';
import type { HttpConvention, Reading } from './convention.js';
import { fault, isFault, type Fault, type Question } from './question.js';
import { readAddress, readProxyRequestId, readScheme, readTold, readWhich } from './told.js';

const HOST = 'X-Forwarded-Host';
const SCHEME = 'X-Forwarded-Proto';
const ADDRESS = 'X-Forwarded-For';
const REQUEST_ID = 'X-Request-Id';

/** Reads a question that tells all of the request by fields. @param says the two fields in which conventions differ */
export function readForwarded(
  { name }: Pick<HttpConvention, 'name'>,
  says: { readonly method: string; readonly target: string },
  req: IncomingMessage,
  { peers, requestIdsByProxy }: Reading,
  bodyOf: (method: string) => AskedBody,
): Question | Fault {
  const required = [says.method, says.target, HOST, SCHEME, ADDRESS];
  const told = readTold(req.rawHeaders, required, requestIdsByProxy ? [REQUEST_ID] : []);
  if (isFault(told)) return told;
  const of = (field: string): string => told.by.get(field.toLowerCase()) as string;
  const scheme = readScheme(of(SCHEME));
  if (scheme === undefined) return fault(400, `${SCHEME} is neither http nor https`);
  const authority = of(HOST);
  const which = readWhich(
    { method: of(says.method), authority, target: of(says.target) },
    { ...says, authority: HOST },
  );
  if (isFault(which)) return which;
  const address = readAddress(of(ADDRESS), peers);
  if (typeof address !== 'string') return address;
  const handed = bodyOf(which.method);
  return {
    convention: name,
    ...which,
    scheme,
    lines: [...told.rest, ...handed.lines, 'Host', authority],
    address,
    body: handed.body,
    proxyRequestId: readProxyRequestId(told.by.get(REQUEST_ID.toLowerCase())),
  };
}
