import type { Middleware } from '../node/middleware.js';
import type { Decisions } from './decisions.js';
import { readsOrAnswers } from './express-layer.js';

type Use = (...values: unknown[]) => unknown;

/** Registers middleware at a path. */
type Register = (path: string, middleware: Middleware) => unknown;

/** What is used of Nest's adapter for Fastify. */
export interface FastifyHttpAdapter {
  use: Use;
  createMiddlewareFactory: (method: unknown) => Register | Promise<Register>;
}

const guarded = new WeakSet<FastifyHttpAdapter>();

/**
 * Has middleware on Fastify wait for the guard. Nest runs it in a hook that comes before every other, so that one with
 * an answer of its own would not wait for a hook: it is skipped for what the guard answers, which its hook then does.
 * Plain middleware without a path keeps its place, as on Express.
 */
export function guardMiddleware(adapter: FastifyHttpAdapter, decisions: Decisions): void {
  if (guarded.has(adapter)) return;
  guarded.add(adapter);
  const waiting =
    (middleware: Middleware): Middleware =>
    (req, res, next) => {
      const target = req.originalUrl ?? req.url ?? '';
      decisions.before({ message: req, target, peer: req, response: res }, (answer) => {
        if (answer === undefined) middleware(req, res, next);
        else next();
      });
    };
  const { use, createMiddlewareFactory } = adapter;
  adapter.use = (...values) => {
    const hasPath = typeof values[0] !== 'function';
    const wrapped = values.map((value) =>
      isMiddleware(value) && (hasPath || readsOrAnswers(value)) ? waiting(value) : value,
    );
    return Reflect.apply(use, adapter, wrapped);
  };
  const wrapping =
    (register: Register): Register =>
    (path, middleware) =>
      register(path, waiting(middleware));
  adapter.createMiddlewareFactory = (method) => {
    const made = Reflect.apply(createMiddlewareFactory, adapter, [method]) as Register | Promise<Register>;
    return made instanceof Promise ? made.then(wrapping) : wrapping(made);
  };
}

function isMiddleware(value: unknown): value is Middleware {
  return typeof value === 'function';
}
