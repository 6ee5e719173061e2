import { framingOf, noBody } from './body.js';
import { hasPath, yes, type HttpConvention } from './convention.js';
import { forwardedBy } from './forwarded.js';
import { fault } from './question.js';

const read = forwardedBy('auth-request', { method: 'X-Original-Method', target: 'X-Original-URI' });

/**
 * nginx, `auth_request`. It knows 2xx, 401 and 403, makes 500 of all else, and reads no body: the status and the body that are meant stand in
 * fields, from which `error_page` makes the answer.
 */
export const authRequest: HttpConvention = {
  name: 'auth-request',
  isAsked: (url) => hasPath(url, '/authz/auth-request'),
  read(req, reading) {
    // nginx sends no body, also if it says that one follows: the next question would be taken for it.
    if (framingOf(req) !== 'none') return fault(400, 'Content-Length is not cleared in the question');
    return read(req.rawHeaders, reading, noBody);
  },
  accept: yes,
  refuse({ status, headers, body }) {
    const { 'content-type': _, ...rest } = headers;
    const said = { 'x-attest-status': String(status), 'x-attest-body': asField(body) };
    return { status: 401, headers: { ...rest, ...said }, body: '' };
  },
};

/** The bytes of JSON, of which one alone cannot stand in a field. */
function asField(json: string): string {
  return Buffer.from(json.replaceAll('\u007f', '\\u007f')).toString('latin1');
}
