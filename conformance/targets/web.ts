import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Target } from '../servers/server-spec.js';
import { fetchHandler } from './fetch-handler.js';
import { listen } from './listen.js';

/** The web adapter, behind the bridge from Node's HTTP server to fetch. */
export const web: Target = {
  name: 'Web',
  fields: 'joined',
  paths: 'resolved',
  http: 1,
  isBridged: true,
  parsers: {
    'all routes': ['after', 'before'],
    'one route': ['after', 'before'],
    enrollment: ['after', 'before'],
  },
  rejects: /\\/,
  start: (spec) => listen(createAdaptorServer({ fetch: fetchHandler(spec) }) as Server),
};
