import {
  approovToken,
  authorization,
  boundTo,
  CREDENTIAL,
  digest,
  EXPIRY,
  HEADER,
  NOW,
  token,
} from '../devices/tokens.js';
import type { FieldLine, WireRequest } from '../wire/message.js';

/** One request, its status, and why it is refused. */
export interface Attempt {
  readonly request: Omit<WireRequest, 'target'> & { readonly target?: string };
  readonly status: 200 | 401;
  /** The guard's reason; undefined where it accepts. */
  readonly code?: string;
  /** Where repeated fields reach the guard joined by a comma. */
  readonly joined?: string;
  /** Over HTTP/2, whose own layer drops a field that is against its rules before the guard sees it. */
  readonly http2?: { readonly status: 200 | 401; readonly code: string };
}

/** A row of the strict set: a server that checks the token, or the token and its binding. */
export interface StrictCase {
  readonly server: 'token' | 'binding';
  readonly name: string;
  readonly attempts: readonly Attempt[];
}

const NOW_SECONDS = NOW / 1000;
const good = token();
const [header = '', payload = '', signature = ''] = good.split('.');
const digestUrl = Buffer.from(digest(CREDENTIAL), 'base64').toString('base64url');
const bearer = authorization(CREDENTIAL);

/** `Bearer` and a word with bytes over 0x7f, as latin-1 code units. */
const LATIN1 = 'Bearer gl\xfcckauf\xff';

/** A good token whose signature has a character in which base64 and base64url differ. */
function withPlusOrSlash(): string {
  for (let serial = 0; ; serial += 1) {
    const candidate = token({ claims: { exp: EXPIRY, serial } });
    if (/[-_]/.test(candidate.split('.')[2] ?? '')) return candidate;
  }
}

function plainBase64(jws: string): string {
  const [first, second, third = ''] = jws.split('.');
  return `${first}.${second}.${third.replaceAll('-', '+').replaceAll('_', '/')}`;
}

const accepted = (headers: readonly FieldLine[]): Attempt => ({ request: { headers }, status: 200 });
const refused = (headers: readonly FieldLine[], code: string): Attempt => ({
  request: { headers },
  status: 401,
  code,
});

const onToken = (name: string, ...attempts: readonly Attempt[]): StrictCase => ({
  server: 'token',
  name,
  attempts,
});
const onBinding = (name: string, ...attempts: readonly Attempt[]): StrictCase => ({
  server: 'binding',
  name,
  attempts,
});

/** A token that is refused for this reason, the suffix of its code. */
const bad = (name: string, value: string, code: string): StrictCase =>
  onToken(name, refused([approovToken(value)], `ERR_APPROOV_TOKEN_${code}`));
const claims = (name: string, of: Record<string, unknown> | string, code: string): StrictCase =>
  bad(name, token({ claims: of }), code);
const pay = (name: string, value: unknown, code: string): StrictCase =>
  onBinding(
    name,
    refused(
      [approovToken(token({ claims: { exp: EXPIRY, pay: value } })), bearer],
      `ERR_APPROOV_BINDING_${code}`,
    ),
  );
const without = (name: string, request: Attempt['request']): StrictCase =>
  onToken(name, { request, status: 401, code: 'ERR_APPROOV_TOKEN_MISSING' });

const alg = (name: string): { header: Record<string, unknown> } => ({ header: { ...HEADER, alg: name } });
const PREFLIGHT: readonly FieldLine[] = [
  ['Origin', 'https://app.example.com'],
  ['Access-Control-Request-Method', 'GET'],
];

/** What a strict library answers to the requests that the published integrations were tried with. */
export const strictCases: readonly StrictCase[] = [
  bad('alg none, no sig', `${token(alg('none')).split('.').slice(0, 2).join('.')}.`, 'ALGORITHM_MISMATCH'),
  bad(
    'alg NONE + junk sig',
    `${token(alg('NONE')).split('.').slice(0, 2).join('.')}.anVuaw`,
    'ALGORITHM_MISMATCH',
  ),
  bad('HS384 signed w/ right key', token({ ...alg('HS384'), hash: 'sha384' }), 'ALGORITHM_MISMATCH'),
  bad('HS512 signed w/ right key', token({ ...alg('HS512'), hash: 'sha512' }), 'ALGORITHM_MISMATCH'),
  bad('signed with EMPTY key', token({ key: Buffer.alloc(0) }), 'SIGNATURE_INVALID'),
  claims('no exp claim', { iss: 'api.example.com' }, 'EXP_MISSING'),
  claims('exp null', { exp: null }, 'EXP_INVALID'),
  claims('exp 0', { exp: 0 }, 'EXPIRED'),
  onToken('exp far future 1e15', accepted([approovToken(token({ claims: '{"exp":1e15}' }))])),
  onToken('exp float future', accepted([approovToken(token({ claims: { exp: EXPIRY + 0.891912 } }))])),
  claims('exp = now (boundary)', { exp: NOW_SECONDS }, 'EXPIRED'),
  claims('exp = now-1', { exp: NOW_SECONDS - 1 }, 'EXPIRED'),
  claims('exp string "9999999999"', { exp: '9999999999' }, 'EXP_INVALID'),
  claims('nbf in future', { exp: EXPIRY, nbf: NOW_SECONDS + 60 }, 'NOT_YET_VALID'),
  bad('crit header unknown', token({ header: { ...HEADER, crit: ['x'], x: 1 } }), 'CRITICAL_UNSUPPORTED'),
  claims('payload JSON string', '"text"', 'PAYLOAD_MALFORMED'),
  claims('payload JSON array', `[{"exp":${EXPIRY}}]`, 'PAYLOAD_MALFORMED'),
  claims('payload JSON null', 'null', 'PAYLOAD_MALFORMED'),
  claims('payload not JSON', 'no JSON', 'PAYLOAD_MALFORMED'),
  onToken('token with trailing space', {
    ...accepted([approovToken(`${good} `)]),
    http2: { status: 401, code: 'ERR_APPROOV_TOKEN_MISSING' },
  }),
  bad('"Bearer " prefix', `Bearer ${good}`, 'ENCODING_MALFORMED'),
  onToken(
    'two Approov-Token headers (valid,valid)',
    refused([approovToken(good), approovToken(good)], 'ERR_APPROOV_TOKEN_REPEATED'),
  ),
  onToken(
    'two Approov-Token headers (junk,valid)',
    refused([approovToken('junk'), approovToken(good)], 'ERR_APPROOV_TOKEN_REPEATED'),
  ),
  bad('padded base64 signature "="', `${good}=`, 'ENCODING_MALFORMED'),
  bad('std-base64 (+/) signature', plainBase64(withPlusOrSlash()), 'ENCODING_MALFORMED'),
  bad('8 kB token garbage', 'x'.repeat(8192), 'MALFORMED'),
  bad(
    '5-part JWE shape',
    `${header}.${payload}.${signature}.${payload}.${signature}`,
    'ENCRYPTION_UNSUPPORTED',
  ),
  onBinding('valid + binding ok', accepted([approovToken(boundTo(CREDENTIAL)), bearer])),
  pay('pay number', 1, 'CLAIM_INVALID'),
  pay('pay empty', '', 'CLAIM_INVALID'),
  pay('pay array [hash]', [digest(CREDENTIAL)], 'CLAIM_INVALID'),
  pay('pay base64url form', digestUrl, 'CLAIM_INVALID'),
  pay('pay = hash of token without Bearer', digest(CREDENTIAL.replace('Bearer ', '')), 'MISMATCH'),
  onBinding('two Authorization headers', {
    ...refused([approovToken(boundTo(CREDENTIAL)), bearer, bearer], 'ERR_APPROOV_BINDING_HEADER_REPEATED'),
    joined: 'ERR_APPROOV_BINDING_MISMATCH',
  }),
  onBinding(
    'Authorization latin-1 bytes',
    accepted([approovToken(boundTo(Buffer.from(LATIN1, 'latin1'))), authorization(LATIN1)]),
    refused([approovToken(boundTo(LATIN1)), authorization(LATIN1)], 'ERR_APPROOV_BINDING_MISMATCH'),
  ),
  onBinding(
    'payload string + binding',
    refused([approovToken(token({ claims: '"text"' })), bearer], 'ERR_APPROOV_TOKEN_PAYLOAD_MALFORMED'),
  ),
  onBinding(
    'no exp but pay ok',
    refused(
      [approovToken(token({ claims: { pay: digest(CREDENTIAL) } })), bearer],
      'ERR_APPROOV_TOKEN_EXP_MISSING',
    ),
  ),
  without('OPTIONS preflight w/o token', { method: 'OPTIONS', headers: PREFLIGHT }),
  without('OPTIONS w/ ACRH authorization', {
    method: 'OPTIONS',
    headers: [...PREFLIGHT, ['Access-Control-Request-Headers', 'authorization']],
  }),
  without('HEAD without token', { method: 'HEAD' }),
  without('unknown path without token', { target: '/no-such-path' }),
];
