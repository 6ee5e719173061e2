import { CREDENTIAL, EXPIRED, FAR, PAST, PUBLISHED_SECRET, sha256, token, VALID } from './tokens.js';

const [header = '', payload = '', signature = ''] = VALID.split('.');
const alg = (name: string): { header: Record<string, string> } => ({ header: { typ: 'JWT', alg: name } });
const other = Buffer.alloc(64, 'another secret ');

/** Values of the token's field that every protected route refuses: what is wrong, and the value. */
export const tokenFaults: Readonly<Record<string, string>> = {
  'token is junk': 'adasdasdsadasd',
  'token has two parts': `${header}.${payload}`,
  'token has four parts': `${VALID}.${signature}`,
  'token has the five parts of an encrypted one': `${VALID}.${payload}.${signature}`,
  'token with the prefix Bearer': `Bearer ${VALID}`,
  'two tokens in one field': `${VALID}, ${VALID}`,
  'header is not JSON': `${Buffer.from('no JSON').toString('base64url')}.${payload}.${signature}`,
  'algorithm none, no signature': `${token(alg('none')).split('.').slice(0, 2).join('.')}.`,
  'algorithm none, with a signature': token(alg('none')),
  'algorithm hs256 in small letters': token(alg('hs256')),
  'algorithm HS384': token({ ...alg('HS384'), hash: 'sha384' }),
  'algorithm HS512': token({ ...alg('HS512'), hash: 'sha512' }),
  'algorithm RS256 over an HMAC': token(alg('RS256')),
  'critical extension': token({ header: { typ: 'JWT', alg: 'HS256', crit: ['exp'] } }),
  'token of another type': token({ header: { typ: 'attested-session+jwt', alg: 'HS256' } }),
  'signature by another secret': token({ key: other }),
  'signature by an empty secret': token({ key: Buffer.alloc(0) }),
  'signature by the text of the secret': token({ key: Buffer.from(PUBLISHED_SECRET) }),
  'signature is empty': `${header}.${payload}.`,
  'signature is cut short': VALID.slice(0, -4),
  'signature is padded': `${VALID}=`,
  'signature is plain base64': `${header}.${payload}.${signature.replaceAll('-', '+').replaceAll('_', '/')}`,
  'claims are altered after signing': `${header}.${token({ claims: { exp: FAR + 1 } }).split('.')[1]}.${signature}`,
  'claims are not JSON': token({ claims: 'no JSON' }),
  'claims are null': token({ claims: 'null' }),
  'claims are a string': token({ claims: '"text"' }),
  'claims are an array': token({ claims: `[{"exp":${FAR}}]` }),
  'exp is absent': token({ claims: { iss: 'api.example.com' } }),
  'exp is empty': token({ claims: { exp: '' } }),
  'exp is null': token({ claims: { exp: null } }),
  'exp is true': token({ claims: { exp: true } }),
  'exp is text': token({ claims: { exp: String(FAR) } }),
  'exp is in an array': token({ claims: { exp: [FAR] } }),
  'exp is infinite': token({ claims: '{"exp":1e999}' }),
  'exp is zero': token({ claims: { exp: 0 } }),
  'exp is negative': token({ claims: { exp: -FAR } }),
  'token has expired': EXPIRED,
  'token has expired, exp with a fraction': token({ claims: { exp: PAST + 0.3777623 } }),
  'nbf is in the future': token({ claims: { exp: FAR, nbf: FAR - 1 } }),
  'nbf is text': token({ claims: { exp: FAR, nbf: String(PAST) } }),
  'iat is text': token({ claims: { exp: FAR, iat: String(PAST) } }),
};

/** The faults that the published collections show. */
const USUAL = [
  'token is junk',
  'token has two parts',
  'signature by another secret',
  'exp is absent',
  'exp is empty',
  'token has expired',
];

/** The same, of a route whose list of faults need not be complete. */
export const usualFaults: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(tokenFaults).filter(([name]) => USUAL.includes(name)),
);

const digest = sha256(CREDENTIAL);
const bytes = Buffer.from(digest, 'base64');

/** Values of the claim `pay` that bind a token to nothing, or to something else than `CREDENTIAL`. */
const pays: Readonly<Record<string, unknown>> = {
  'pay is absent': undefined,
  'pay is empty': '',
  'pay is null': null,
  'pay is a number': 1,
  'pay is an array': [digest],
  'pay is base64url': bytes.toString('base64url'),
  'pay is base64 without padding': digest.replace('=', ''),
  'pay is hexadecimal': bytes.toString('hex'),
  'pay is cut short': bytes.subarray(0, 16).toString('base64'),
  'pay is the value itself': Buffer.from(CREDENTIAL).toString('base64'),
  'pay is the digest of the credential without its scheme': sha256(CREDENTIAL.replace('Bearer ', '')),
  'pay is the digest of nothing': sha256(''),
};

/** Genuine tokens with those values. */
export const payFaults: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(pays).map(([name, pay]) => [name, token({ claims: { exp: FAR, pay } })]),
);
