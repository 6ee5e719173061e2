import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignedIn } from '../access/user.js';
import { assertOwnPage } from '../access/same-origin.js';
import { Refusal, type Answer } from '../answer.js';
import type { Endpoint, Endpoints } from './call.js';

/** What calls are answered with. */
export interface ApiOptions {
  readonly endpoints: Endpoints;
  /** @throws Refusal for a request without a sign-in */
  readonly whoIs: (req: IncomingMessage) => SignedIn;
}

/** Whom the endpoints see that need no sign-in. */
const NOBODY: SignedIn = { user: { name: undefined, role: 'read' }, lasts: () => true };

/**
 * Makes what answers calls under `/api/`: first whether there is such a call, then whether it comes from an own page, then who sends it, and
 * only then its body is read.
 *
 * @returns undefined if the endpoint answers by itself; rejects with a Refusal
 */
export function createApi({
  endpoints,
  whoIs,
}: ApiOptions): (req: IncomingMessage, res: ServerResponse) => Promise<Answer | undefined> {
  return async (req, res) => {
    const { method = '', url = '' } = req;
    const [path = '', ...rest] = url.split('?');
    const endpoint = endpointOf(endpoints, method, path);
    assertOwnPage(req);
    const signedIn = endpoint.needs === 'nobody' ? NOBODY : whoIs(req);
    if (endpoint.needs === 'operate' && signedIn.user.role !== 'operate')
      throw new Refusal(403, 'This needs the role operate.');
    return await endpoint.answer({ ...signedIn, req, res, query: new URLSearchParams(rest.join('?')) });
  };
}

/** @throws Refusal */
function endpointOf(endpoints: Endpoints, method: string, path: string): Endpoint {
  const key = `${method} ${path}`;
  const found = Object.hasOwn(endpoints, key) ? endpoints[key] : undefined;
  if (found !== undefined) return found;
  const allowed = Object.keys(endpoints).flatMap((each) => {
    const [one = '', of] = each.split(' ');
    return of === path ? [one] : [];
  });
  if (allowed.length === 0) throw new Refusal(404, 'There is no such call.');
  const allow = allowed.join(', ');
  throw new Refusal(405, `This call takes ${allow} alone.`, { allow });
}
