import {
  approovToken,
  authorization,
  casesOf,
  refusals,
  refused,
  type RequestCase,
  type Sketches,
} from './request-case.js';
import { payFaults, tokenFaults, usualFaults } from './token-faults.js';
import { BOUND, boundTo, CREDENTIAL, FAR, token, VALID } from './tokens.js';

const HELLO = { status: 200, body: '{"message":"Hello, World!"}' };

const unprotected: Sketches = {
  'no token': HELLO,
  'token is ignored': { headers: [approovToken('adasdasdsadasd')], ...HELLO },
  'unknown path': { path: '/no-such-path', status: 404 },
};

const usualClaims = {
  exp: FAR,
  iat: FAR - 300,
  iss: 'example.approov.io',
  aud: 'api.example.com',
  did: 'ExampleApproovTokenDID==',
  ip: '192.0.2.1',
  arc: 'EAM2W37PSU',
};

const tokenCheck: Sketches = {
  'valid token': { headers: [approovToken(VALID)], ...HELLO },
  'valid token, field name in small letters': { headers: [['approov-token', VALID]], ...HELLO },
  'valid token, exp with a fraction': {
    headers: [approovToken(token({ claims: { exp: FAR + 0.891912 } }))],
    ...HELLO,
  },
  'valid token without typ': { headers: [approovToken(token({ header: { alg: 'HS256' } }))], ...HELLO },
  'valid token with the usual claims': {
    headers: [approovToken(token({ claims: usualClaims }))],
    ...HELLO,
  },
  'valid token, bound to what is not checked here': { headers: [approovToken(BOUND)], ...HELLO },
  'valid token, path with a query': { path: '/?a=b', headers: [approovToken(VALID)], ...HELLO },
  'valid token, unknown path': { path: '/no-such-path', headers: [approovToken(VALID)], status: 404 },
  'no token': refused(401),
  'no token, unknown path': { path: '/no-such-path', ...refused(401) },
  'no token, POST': { method: 'POST', ...refused(401) },
  'no token, HEAD': { method: 'HEAD', status: 401, body: '' },
  'no token, OPTIONS': { method: 'OPTIONS', ...refused(401) },
  'no token, CORS preflight': {
    method: 'OPTIONS',
    headers: [
      ['Origin', 'https://app.example.com'],
      ['Access-Control-Request-Method', 'GET'],
    ],
    ...refused(401),
  },
  'token is empty': { headers: [approovToken('')], ...refused(401) },
  'network status instead of a token': { headers: [approovToken('NO_NETWORK')], ...refused(401) },
  'token twice': { headers: [approovToken(VALID), approovToken(VALID)], ...refused(401) },
  'token after junk': { headers: [approovToken('adasdasdsadasd'), approovToken(VALID)], ...refused(401) },
  'token in Authorization': { headers: [authorization(`Bearer ${VALID}`)], ...refused(401) },
  'token in the query': { path: `/?Approov-Token=${VALID}`, ...refused(401) },
  ...refusals(tokenFaults, '/'),
};

const basic = 'Basic dXNlcjpwYXNzd29yZA==';
const bound = approovToken(BOUND);

const bindingCheck: Sketches = {
  'bound to Authorization': { headers: [bound, authorization(CREDENTIAL)], ...HELLO },
  'bound to Authorization, field names in small letters': {
    headers: [
      ['authorization', CREDENTIAL],
      ['approov-token', BOUND],
    ],
    ...HELLO,
  },
  'bound to Authorization of another scheme': {
    headers: [approovToken(boundTo(basic)), authorization(basic)],
    ...HELLO,
  },
  'bound, unknown path': {
    path: '/no-such-path',
    headers: [bound, authorization(CREDENTIAL)],
    status: 404,
  },
  'no token, no Authorization': refused(401),
  'no token, no Authorization, unknown path': { path: '/no-such-path', ...refused(401) },
  'no token': { headers: [authorization(CREDENTIAL)], ...refused(401) },
  'token is empty': { headers: [approovToken(''), authorization(CREDENTIAL)], ...refused(401) },
  'no Authorization': { headers: [bound], ...refused(401) },
  'no Authorization, HEAD': { method: 'HEAD', headers: [bound], status: 401, body: '' },
  'no Authorization, unknown path': { path: '/no-such-path', headers: [bound], ...refused(401) },
  'Authorization is empty': { headers: [bound, authorization('')], ...refused(401) },
  'Authorization twice': {
    headers: [bound, authorization(CREDENTIAL), authorization(CREDENTIAL)],
    ...refused(401),
  },
  'Authorization of another user': {
    headers: [bound, authorization('Bearer of-another-user')],
    ...refused(401),
  },
  'Authorization with its scheme in small letters': {
    headers: [bound, authorization(CREDENTIAL.toLowerCase())],
    ...refused(401),
  },
  'bound value in another field': {
    headers: [bound, ['X-Authorization', CREDENTIAL]],
    ...refused(401),
  },
  ...refusals(usualFaults, '/', [authorization(CREDENTIAL)]),
  ...refusals(payFaults, '/', [authorization(CREDENTIAL)]),
};

/** The cases of the hello servers, the same for every framework. */
export const helloCases: readonly RequestCase[] = [
  ...casesOf('unprotected', unprotected),
  ...casesOf('token-check', tokenCheck),
  ...casesOf('token-binding-check', bindingCheck),
];
