import { framingOf, noBody, ownBody } from './body.js';
import { hasPath, yes, type HttpConvention } from './convention.js';
import { readForwarded } from './forwarded.js';

/** Traefik, Caddy, HAProxy: the client gets the refusal as it is. With `forwardBody` of Traefik, the body of the question is that of the request. */
export const forwardAuth: HttpConvention = {
  name: 'forward-auth',
  isAsked: (url) => hasPath(url, '/authz/forward-auth'),
  read(req, reading) {
    const framing = framingOf(req);
    if (typeof framing !== 'string') return framing;
    const says = { method: 'X-Forwarded-Method', target: 'X-Forwarded-Uri' };
    return readForwarded(forwardAuth, says, req, reading, (method) =>
      framing === 'body' ? ownBody(req) : noBody(method),
    );
  },
  accept: yes,
  refuse: (answer) => answer,
};
