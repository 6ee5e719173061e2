// @ts-check
// What tools/openapi.js says of the endpoints in people's words, and the forms of what is sent. Which of them exist, it takes
// from the library.

/** @typedef {Readonly<Record<string, unknown>>} Json */

/** Base64 or base64url, with or without padding. */
const BASE64 = { type: 'string', pattern: '^[A-Za-z0-9+/_-]+={0,2}$' };

export const INFO = {
  title: 'attestkit device endpoints',
  summary: 'Enrollment of devices and their sessions',
  description:
    'The endpoints by which an app enrolls its device and gets sessions. Every refusal has the body `{}`: the reason is in the ' +
    "server's log. Bodies are uncompressed JSON objects in UTF-8, at most 64 KiB with at most 64 members. Unknown members are " +
    'ignored. The next step of the app after each answer is in docs/for-the-app.md of the repository.',
  license: { name: 'MIT', identifier: 'MIT' },
};

export const SERVERS = [
  { url: '/device', description: 'Where the server mounts the endpoints: `/device` by default.' },
];

/** @param {string} description @param {Json} schema @returns {Json} */
const always = (description, schema) => ({
  description,
  required: true,
  schema: { type: 'string', ...schema },
});

/** Fields of answers. @type {Readonly<Record<string, Json>>} */
export const HEADERS = {
  'Cache-Control': always('No answer may be stored.', { const: 'no-store' }),
  'Retry-After': always('Seconds to wait; add a random part.', { pattern: '^[0-9]+$' }),
  'WWW-Authenticate': always('What the app has to bring: a session (`need="session"`).', {
    pattern: '^Attest realm="[^"]*", need="session"$',
  }),
  Allow: always('The methods of this endpoint.', { enum: ['GET, HEAD', 'POST'] }),
};

/** By path. @type {Readonly<Record<string, { summary: string, description?: string, answer: string, body?: string, query?: readonly string[] }>>} */
export const ENDPOINTS = {
  '/challenge': {
    summary: 'A challenge for one label and one purpose',
    description: 'Use it once, within `expires_in` seconds. The answer is alike for every label.',
    query: ['device_id', 'purpose'],
    answer: 'Challenge',
  },
  '/attest': {
    summary: 'Enroll a device, renew its evidence, or replace its key',
    description:
      'The body has the members of one kind of evidence, bound to the challenge; a key and a Play Integrity verdict may come together.',
    body: 'AttestBody',
    answer: 'AttestedSession',
  },
  '/assert': {
    summary: 'A session for a device that proves its key',
    description:
      'The key signs `attestkit-session-v1`, the audience, the label and a challenge of the purpose `assert`, with a line feed between.',
    body: 'AssertBody',
    answer: 'AssertedSession',
  },
  '/refresh': {
    summary: 'The next session token and refresh token',
    description:
      'A repetition within the retry time (30 seconds; 600 without a key) gets the same refresh token. With `refresh: "proof"` on the ' +
      'server, a device with a key also sends a proof over `attestkit-refresh-v1`.',
    body: 'RefreshBody',
    answer: 'Session',
  },
  '/revoke': {
    summary: 'End a session: log out',
    description: 'Send the refresh token. The answer to an unknown or expired token is the same (RFC 7009).',
    body: 'RevokeBody',
    answer: 'Empty',
  },
  '/jwks.json': {
    summary: 'The public keys of session tokens',
    description: 'Empty if the server signs with HS256.',
    answer: 'JwkSet',
  },
};

/** @type {Readonly<Record<string, Json>>} */
export const PARAMETERS = {
  device_id: {
    name: 'device_id',
    in: 'query',
    required: true,
    description: "The installation's label.",
    schema: { $ref: '#/components/schemas/DeviceId' },
  },
  purpose: {
    name: 'purpose',
    in: 'query',
    description: 'What the challenge is for: `attest`, `assert`, or a signed `request`.',
    schema: { type: 'string', enum: ['attest', 'assert', 'request'], default: 'attest' },
  },
};

/** The kinds of evidence. @type {Readonly<Record<string, string>>} */
export const KINDS = {
  appAttest: 'App Attest',
  keyAttestation: 'Android Key Attestation',
  playIntegrity: 'Play Integrity',
  appCheck: 'Firebase App Check',
  signedToken: "A token of the server's own attester",
  development: 'A key of a simulator or of CI, for development only',
};

/** The members of bodies. @type {Readonly<Record<string, Json>>} */
export const MEMBERS = {
  challenge: { type: 'string', minLength: 1, description: 'As the server returned it.' },
  device_id: { $ref: '#/components/schemas/DeviceId' },
  key_id: { ...BASE64, description: 'The key: base64 or base64url of 32 bytes.' },
  attestation: { ...BASE64, description: 'The attestation object (CBOR): base64 or base64url.' },
  certificate_chain: {
    type: 'array',
    minItems: 3,
    maxItems: 10,
    items: BASE64,
    description: 'Certificates in DER, the leaf first: each base64 or base64url, at most 16 KiB.',
  },
  integrity_token: { type: 'string', minLength: 1, maxLength: 16_384, description: 'As Play returned it.' },
  package_name: { type: 'string', description: 'Only if the server knows several apps.' },
  app_check_token: { type: 'string', minLength: 1, description: 'A limited-use token.' },
  development: {
    type: 'string',
    minLength: 1,
    maxLength: 8192,
    description: 'A JWT by the development key: simulators and CI only.',
  },
  token: {
    type: 'string',
    minLength: 1,
    description: "In `attest` the attester's JWT; in `revoke` a token of a session.",
  },
  assertion: { ...BASE64, description: "App Attest's proof: base64 or base64url." },
  signature: {
    ...BASE64,
    description: "Android's proof, or that of a development key: base64 or base64url.",
  },
  refresh_token: {
    type: 'string',
    minLength: 1,
    description: 'The last one that the device got; this uses it up.',
  },
  previous_key_id: { ...BASE64, description: 'The key that the new one replaces.' },
  previous_assertion: { ...BASE64, description: 'A proof by that key, over `attestkit-replace-v1`.' },
  previous_signature: { ...BASE64, description: 'A proof by that key, over `attestkit-replace-v1`.' },
};

/** What a status means on every endpoint. @type {Readonly<Record<number, string>>} */
export const STATUSES = {
  400: 'The request is malformed. Do not retry.',
  405: 'Another method.',
  413: 'The body has more than 64 KiB or more than 64 members. Do not retry.',
  429: 'Too many requests. Try again after `Retry-After`.',
  503: 'The store or another service does not answer. The server may have done the request, or a part of it. Try again after `Retry-After`, with a new challenge.',
};

const BLOCKED = 'The device, its key or its user is blocked. Stop.';
const OTHER_USER = 'The installation belongs to another user: forget label, key and tokens, and begin again.';

/** What else it means on one. @type {Readonly<Record<string, Readonly<Record<number, string>>>>} */
export const REFUSALS = {
  attest: {
    400: 'The body is malformed (do not retry), or the challenge is unknown, expired or used: one new challenge.',
    403: 'The evidence is refused, or the device, its key or its user is blocked. Stop.',
    409: 'This installation cannot go on: forget label, key and tokens, and begin with a new label and a new key.',
  },
  assert: {
    400: 'The body is malformed (do not retry), or the challenge is unknown, expired or used: one new challenge.',
    401: 'The key is unknown or retired, the signature or counter is wrong, or the evidence fails the current policy: attest a new key.',
    403: BLOCKED,
    409: OTHER_USER,
  },
  refresh: {
    401: 'The token is unknown, expired, used or ended, or the evidence fails the current policy: use `assert`, or without a key `attest`.',
    403: BLOCKED,
    409: OTHER_USER,
  },
};

const SESSION = {
  session_token: { type: 'string', description: 'A JWT, for `Authorization: Bearer`.' },
  token_type: { type: 'string', const: 'Bearer' },
  expires_in: { type: 'integer', minimum: 1, description: 'Seconds that the session token lasts.' },
  refresh_token: { type: 'string', description: 'Store it before you use it.' },
  refresh_expires_in: { type: 'integer', minimum: 1, description: 'Seconds that the session lasts.' },
};

/** @param {Json} properties @returns {Json} */
const exactly = (properties) => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
  additionalProperties: false,
});
/** @param {string} status @returns {Json} */
const sessionAfter = (status) => exactly({ status: { type: 'string', const: status }, ...SESSION });

/** Forms of what is sent and answered, beside the bodies. @type {Readonly<Record<string, Json>>} */
export const SCHEMAS = {
  DeviceId: {
    type: 'string',
    pattern: '^[A-Za-z0-9._:-]{1,128}$',
    description: 'A label that the app makes at random, once per installation. It is not an identity.',
  },
  Challenge: exactly({
    challenge: { type: 'string', pattern: '^[A-Za-z0-9_-]{43,128}$', description: 'Do not decode it.' },
    expires_in: { type: 'integer', minimum: 1, maximum: 3600, description: 'Seconds.' },
  }),
  Session: exactly(SESSION),
  AttestedSession: sessionAfter('attestation_success'),
  AssertedSession: sessionAfter('assertion_success'),
  JwkSet: exactly({ keys: { type: 'array', items: { $ref: '#/components/schemas/Jwk' } } }),
  Jwk: {
    type: 'object',
    required: ['kty', 'kid', 'alg', 'use', 'crv', 'x'],
    properties: {
      kty: { type: 'string', enum: ['EC', 'OKP'] },
      kid: { type: 'string' },
      alg: { type: 'string', enum: ['ES256', 'EdDSA'] },
      use: { type: 'string', const: 'sig' },
      crv: { type: 'string', enum: ['P-256', 'Ed25519'] },
      x: { type: 'string' },
      y: { type: 'string' },
    },
    additionalProperties: false,
  },
  Empty: { type: 'object', maxProperties: 0 },
  Refusal: { type: 'object', maxProperties: 0, description: "`{}`. The reason is in the server's log." },
};
