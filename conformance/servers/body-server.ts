import { bodyDigest } from '../devices/doubles.js';
import { recordedGuard, type RecordedGuard } from './recorded-guard.js';
import type { ParserPlace, RouteSpec, Seen, ServerSpec } from './server-spec.js';
import { digest } from '../devices/tokens.js';

/** What is protected: the whole server, or its one route. */
export type Scope = 'all routes' | 'one route';

export interface BodyServer {
  readonly spec: ServerSpec;
  readonly recorded: RecordedGuard;
  /** How often the handler was called. */
  reached(): number;
}

/** A server that takes `POST /` with the digest of its body in `X-Double`, and answers with what its parser read. */
export function bodyServer(scope: Scope, parser: ParserPlace): BodyServer {
  const recorded = recordedGuard({ evidence: [bodyDigest()] });
  const { guard } = recorded;
  let calls = 0;
  const route: RouteSpec = {
    method: 'POST',
    path: '/',
    handle: (seen) => {
      calls += 1;
      return { json: echo(seen) };
    },
  };
  const spec =
    scope === 'all routes'
      ? { guard, all: {}, routes: [route], parser }
      : { guard, routes: [{ ...route, protect: {} }], parser };
  return { spec, recorded, reached: () => calls };
}

/** Parsers make nothing of no body, an empty object or no bytes. */
function echo({ body }: Seen): unknown {
  if (body === undefined || body === null || Object.keys(body).length === 0) return { nothing: true };
  return body instanceof Uint8Array ? { bytes: body.length, digest: digest(body) } : body;
}
