import type { Target } from '../../servers/server-spec.js';
import { sendHttp1 } from '../../wire/http1.js';
import { serveSpec } from './serve-spec.js';
import { REFUSED_TARGETS } from './refused-targets.js';

/** The gateway as a reverse proxy. */
export const gateway: Target = {
  name: 'Gateway',
  fields: 'lines',
  paths: 'as sent',
  http: 1,
  isBefore: true,
  parsers: { 'all routes': ['after'], 'one route': ['after'], enrollment: ['after'] },
  rejects: REFUSED_TARGETS,
  async start(spec) {
    const {
      gateway: started,
      replace,
      close,
    } = await serveSpec(spec, { traffic: 0, authorization: 0, api: 0 });
    const port = Number(new URL(String(started.trafficUrl)).port);
    return { send: (request) => sendHttp1(port, request), port, replace, close };
  },
};
