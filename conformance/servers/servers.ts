import type { Guard, RouteOptions } from 'attestkit';
import type { RouteSpec, ServerSpec } from './server-spec.js';

const hello: RouteSpec = {
  method: 'GET',
  path: '/',
  handle: () => ({ json: { message: 'Hello, World!' } }),
};

/** The hello servers: unprotected, or with every request protected. */
export function helloServer(guard: Guard, all?: RouteOptions): ServerSpec {
  return all === undefined ? { guard, routes: [hello] } : { guard, all, routes: [hello] };
}

/** The protected Shapes server, with one shape and one form where the real ones draw them. */
export function shapesServer(guard: Guard): ServerSpec {
  const get = (path: string, json: unknown, protect?: RouteOptions): RouteSpec => ({
    method: 'GET',
    path,
    handle: () => ({ json }),
    ...(protect && { protect }),
  });
  return {
    guard,
    routes: [
      get('/', { page: 'home' }),
      get('/v1/hello', { text: 'Hello, World!' }),
      get('/v1/shapes', { shape: 'Circle' }),
      get('/v1/forms', { form: 'Sphere' }),
      get('/v2/hello', { text: 'Hello, World!' }),
      get('/v2/shapes', { shape: 'Circle' }, { statuses: { missing: 400 } }),
      get('/v2/forms', { form: 'Sphere' }, { binding: 'authorization', statuses: { missing: 400 } }),
    ],
  };
}
