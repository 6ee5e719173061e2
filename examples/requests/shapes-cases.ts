import {
  approovToken,
  authorization,
  casesOf,
  refusals,
  refused,
  type RequestCase,
  type Sketches,
} from './request-case.js';
import { signedCases, under } from './signed-cases.js';
import { payFaults, tokenFaults, usualFaults } from './token-faults.js';
import { BOUND, CREDENTIAL, EXPIRED, VALID } from './tokens.js';

const HELLO = { status: 200, body: '{"text":"Hello, World!"}' };
const SHAPE = {
  status: 200,
  oneOf: ['Circle', 'Triangle', 'Square', 'Rectangle'].map((shape) => JSON.stringify({ shape })),
};
const FORM = {
  status: 200,
  oneOf: ['Sphere', 'Cone', 'Cube', 'Box'].map((form) => JSON.stringify({ form })),
};
const junk = approovToken('adasdasdsadasd');
const bound = approovToken(BOUND);

const v1: Sketches = {
  'home page': { status: 200 },
  'v1 hello': { path: '/v1/hello', ...HELLO },
  'v1 shapes': { path: '/v1/shapes', ...SHAPE },
  'v1 shapes, token is ignored': { path: '/v1/shapes', headers: [junk], ...SHAPE },
  'v1 forms': { path: '/v1/forms', headers: [authorization(CREDENTIAL)], ...FORM },
  'v1 forms, no Authorization': { path: '/v1/forms', ...refused(400) },
  'v1 forms, Authorization is empty': {
    path: '/v1/forms',
    headers: [authorization('')],
    ...refused(400),
  },
  'unknown path': { path: '/no-such-path', status: 404 },
};

const original: Sketches = {
  ...v1,
  'v2 hello does not exist yet': { path: '/v2/hello', status: 404 },
  'v2 shapes does not exist yet': { path: '/v2/shapes', headers: [approovToken(VALID)], status: 404 },
  'v2 forms does not exist yet': {
    path: '/v2/forms',
    headers: [bound, authorization(CREDENTIAL)],
    status: 404,
  },
};

const v2Shapes: Sketches = {
  'valid token': { path: '/v2/shapes', headers: [approovToken(VALID)], ...SHAPE },
  'bound token, binding not checked': { path: '/v2/shapes', headers: [bound], ...SHAPE },
  'no token': { path: '/v2/shapes', ...refused(400) },
  'no token, HEAD': { method: 'HEAD', path: '/v2/shapes', status: 400, body: '' },
  'no token, path with a slash at its end': { path: '/v2/shapes/', ...refused(400) },
  'no token, path in capitals': { path: '/V2/SHAPES', ...refused(400) },
  'token is empty': { path: '/v2/shapes', headers: [approovToken('')], ...refused(400) },
  'network status instead of a token': {
    path: '/v2/shapes',
    headers: [approovToken('NO_NETWORK')],
    ...refused(400),
  },
  'token twice': {
    path: '/v2/shapes',
    headers: [approovToken(VALID), approovToken(VALID)],
    ...refused(401),
  },
  ...refusals(tokenFaults, '/v2/shapes'),
};

const v2Forms: Sketches = {
  'bound to Authorization': {
    path: '/v2/forms',
    headers: [bound, authorization(CREDENTIAL)],
    ...FORM,
  },
  'no token': { path: '/v2/forms', headers: [authorization(CREDENTIAL)], ...refused(400) },
  'token is empty': {
    path: '/v2/forms',
    headers: [approovToken(''), authorization(CREDENTIAL)],
    ...refused(400),
  },
  'no token, no Authorization': { path: '/v2/forms', ...refused(400) },
  'token has expired, no Authorization': {
    path: '/v2/forms',
    headers: [approovToken(EXPIRED)],
    ...refused(401),
  },
  'no Authorization': { path: '/v2/forms', headers: [bound], ...refused(400) },
  'no Authorization, pay is absent': {
    path: '/v2/forms',
    headers: [approovToken(VALID)],
    ...refused(400),
  },
  'Authorization is empty': {
    path: '/v2/forms',
    headers: [bound, authorization('')],
    ...refused(400),
  },
  'Authorization twice': {
    path: '/v2/forms',
    headers: [bound, authorization(CREDENTIAL), authorization(CREDENTIAL)],
    ...refused(401),
  },
  'Authorization of another user': {
    path: '/v2/forms',
    headers: [bound, authorization('Bearer of-another-user')],
    ...refused(401),
  },
  ...refusals(usualFaults, '/v2/forms', [authorization(CREDENTIAL)]),
  ...refusals(payFaults, '/v2/forms', [authorization(CREDENTIAL)]),
};

const shapes: Sketches = {
  ...v1,
  'v2 hello': { path: '/v2/hello', ...HELLO },
  'v2 hello, token is ignored': { path: '/v2/hello', headers: [junk], ...HELLO },
  ...under('v2 shapes', v2Shapes),
  ...under('v2 forms', v2Forms),
  ...signedCases(SHAPE, FORM),
};

/** The cases of the two Shapes servers. */
export const shapesCases: readonly RequestCase[] = [
  ...casesOf('shapes-original', original),
  ...casesOf('shapes', shapes),
];
