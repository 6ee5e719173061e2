import { framingOf, noBody, ownBody } from './body.js';
import { hasPath, yes, type HttpConvention } from './convention.js';
import { forwardedBy } from './forwarded.js';

const read = forwardedBy('forward-auth', { method: 'X-Forwarded-Method', target: 'X-Forwarded-Uri' });

/** Traefik, Caddy, HAProxy: the client gets the refusal as it is. With `forwardBody` of Traefik, the body of the question is that of the request. */
export const forwardAuth: HttpConvention = {
  name: 'forward-auth',
  isAsked: (url) => hasPath(url, '/authz/forward-auth'),
  read(req, reading) {
    const framing = framingOf(req);
    if (typeof framing !== 'string') return framing;
    return read(req.rawHeaders, reading, framing === 'body' ? () => ownBody(req) : noBody);
  },
  accept: yes,
  refuse: (answer) => answer,
};
