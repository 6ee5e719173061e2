import { ConfigurationError } from '../../kernel/errors.js';
import type { Middleware } from '../node/middleware.js';

/** What is used of a layer in the router of Express 4 and 5. */
interface Layer {
  readonly name?: string;
  readonly handle: { readonly name: string; readonly stack?: unknown };
  readonly route?: unknown;
  /** Whether it is for all paths: Express 5, and Express 4. */
  readonly slash?: boolean;
  readonly regexp?: { readonly fast_slash?: boolean };
}

/** What is used of an Express application. */
export interface ExpressApplication {
  use(middleware: Middleware): unknown;
  /** Express 5; in Express 4 a getter that throws. */
  readonly router?: { readonly stack?: Layer[] };
  /** Express 4. */
  readonly _router?: { readonly stack?: Layer[] };
}

/** Express's own middleware that reads a body or answers. */
const READS_OR_ANSWERS: ReadonlySet<string> = new Set([
  'jsonParser',
  'urlencodedParser',
  'rawParser',
  'textParser',
  'serveStatic',
  'mounted_app',
]);

/**
 * Mounts middleware without a path, before the first layer that reads a body, has a path of its own, or is a route or
 * a router. Plain middleware that was mounted earlier keeps its place: CORS, helmet, request ids.
 *
 * @throws ConfigurationError if the router is not Express's
 */
export function mountFirst(application: ExpressApplication, middleware: Middleware): void {
  application.use(middleware);
  const { _router: ofVersion4 } = application;
  const stack = (ofVersion4 ?? application.router)?.stack;
  const own = stack?.at(-1);
  if (stack === undefined || own === undefined || own.handle !== (middleware as unknown)) {
    const remedy = 'Use ExpressAdapter with an application of express, or mount attestkit/express yourself.';
    throw new ConfigurationError(
      'all',
      'cannot be put before the routes of this Express application',
      remedy,
    );
  }
  stack.splice(stack.length - 1, 1);
  const first = stack.findIndex((layer) => !isPlain(layer));
  stack.splice(first < 0 ? stack.length : first, 0, own);
}

function isPlain({ name, handle, route, slash, regexp }: Layer): boolean {
  const isForAllPaths = slash === true || regexp?.fast_slash === true;
  return isForAllPaths && route === undefined && !readsOrAnswers(handle, name);
}

/** Whether middleware reads bodies, or is a router: plain middleware passes requests on. */
export function readsOrAnswers(
  handle: { readonly name: string; readonly stack?: unknown },
  name = handle.name,
): boolean {
  return handle.stack !== undefined || READS_OR_ANSWERS.has(name);
}
