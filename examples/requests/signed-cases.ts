import { approovToken, authorization, refused, type Sketches } from './request-case.js';
import { ANOTHER_SIGNER, CREDENTIAL, SIGNER, VALID } from './tokens.js';

/** Cases of a route that wants the app's signature, on `GET /v5/shapes` and `POST /v5/forms`, by their answers. */
export function signedCases(shape: Sketches[string], form: Sketches[string]): Sketches {
  const get = { path: '/v5/shapes', headers: [approovToken(SIGNER)] };
  const json = ['Content-Type', 'application/json'] as const;
  const post = {
    method: 'POST',
    path: '/v5/forms',
    headers: [approovToken(SIGNER), json],
    sends: '{"size":1}',
  };
  const shapes: Sketches = {
    signed: { ...get, signing: {}, ...shape },
    'signed, with a query': { ...get, path: '/v5/shapes?size=1', signing: {}, ...shape },
    'signed, for a user': {
      ...get,
      headers: [...get.headers, authorization(CREDENTIAL)],
      signing: {},
      ...shape,
    },
    'no token': { path: get.path, ...refused(400) },
    'not signed': { ...get, ...refused(400) },
    'token without a key': { ...get, headers: [approovToken(VALID)], signing: {}, ...refused(401) },
    'token of another installation': {
      ...get,
      headers: [approovToken(ANOTHER_SIGNER)],
      signing: {},
      ...refused(401),
    },
    'signed a minute and a half ago': { ...get, signing: { age: 90 }, ...refused(401) },
    'signed for another method': { ...get, signing: { signed: { method: 'POST' } }, ...refused(401) },
    'signed for another path': { ...get, signing: { signed: { path: '/v5/forms' } }, ...refused(401) },
    'signed without its query': {
      ...get,
      path: '/v5/shapes?size=1',
      signing: { signed: { path: get.path } },
      ...refused(401),
    },
    'nothing is covered': { ...get, signing: { components: [] }, ...refused(401) },
    'the token is not covered': {
      ...get,
      signing: { components: ['@method', '@target-uri'] },
      ...refused(401),
    },
    'the user is not covered': {
      ...get,
      headers: [...get.headers, authorization(CREDENTIAL)],
      signing: { components: ['@method', '@target-uri', 'approov-token'] },
      ...refused(401),
    },
  };
  const forms: Sketches = {
    'signed body': { ...post, signing: {}, ...form },
    'not signed': { ...post, ...refused(400) },
    'another body was signed': { ...post, signing: { signed: { body: '{"size":2}' } }, ...refused(401) },
    'the same JSON was signed, written otherwise': {
      ...post,
      signing: { signed: { body: '{ "size": 1 }' } },
      ...refused(401),
    },
    'the digest of the body is not covered': {
      ...post,
      signing: { components: ['@method', '@target-uri', 'approov-token'] },
      ...refused(401),
    },
  };
  return { ...under('v5 shapes', shapes), ...under('v5 forms', forms) };
}

/** The same, with a title before each name. */
export function under(title: string, sketches: Sketches): Sketches {
  const titled = Object.entries(sketches).map(([name, sketch]) => [`${title}, ${name}`, sketch] as const);
  return Object.fromEntries(titled);
}
