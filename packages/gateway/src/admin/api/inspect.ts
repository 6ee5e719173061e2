import type { Desk } from '../inspect/desk.js';
import { MOST_BODY_BYTES } from '../inspect/desk.js';
import { readBytes } from './body.js';
import type { Endpoint, Endpoints } from './call.js';

/** The inspector: the body goes to its desk as it came. */
export function inspectEndpoints(desk: Desk, needs: Endpoint['needs']): Endpoints {
  return {
    'POST /api/inspect': {
      needs,
      answer: ({ req }) => desk.inspect(() => readBytes(req, MOST_BODY_BYTES)),
    },
  };
}
