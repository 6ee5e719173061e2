import { jwtChecks, type JwtChecks } from '../../kernel/jose/jwt-checks.js';
import type { Cause, Causes } from './cause.js';

type JwtCauses = Readonly<Record<keyof JwtChecks<string>, Cause>>;
/** The checks of any signed token; those of a JWT's claims come on top. */
type FormName = Exclude<keyof JwtCauses, ClaimName>;
type ClaimName = (typeof CLAIM_NAMES)[number];
type CodesOf<Prefix extends string, Name extends keyof JwtCauses> = JwtChecks<Prefix>[Name]['code'];

/** What is different with each kind of token, since its signer, its keys and its apps differ. */
type OwnName =
  | 'encrypted'
  | 'compact'
  | 'algorithm'
  | 'key'
  | 'signature'
  | 'expired'
  | 'issuer'
  | 'audience';

const CLAIM_NAMES = [
  'expiryPresent',
  'expiryNumber',
  'expired',
  'notBeforeNumber',
  'notBefore',
  'issuedAtNumber',
  'issuer',
  'audience',
] as const;

const UNALTERED =
  'App author: send the token exactly as it was received, alone in its field. Operator: log the length of the field as it arrives, and look for a proxy that rewrites it.';

const OTHER_SIGNER =
  'Operator: find what else signs with this key, such as a test script, and correct it. Make test tokens with `attestkit token` or `attestkit-testing`.';

/** `*` stands for the signer of the tokens. */
const SHARED: Omit<JwtCauses, OwnName> = {
  size: [
    'Not sent by an honest app: a token from * is much shorter. A faulty client may have put several values into one field.',
    UNALTERED,
  ],
  encoding: [
    'The token was changed on its way: padding was added, it was converted to standard base64, or its end was cut off.',
    UNALTERED,
  ],
  header: ['Not sent by an honest app: * writes a JSON object as the header of every token.', UNALTERED],
  critical: [
    'Not sent by an honest app: * sets no critical extensions (`crit`).',
    'Operator: nothing to repair. If * really begins to set `crit`, a new version of attestkit has to support the extension.',
  ],
  type: [
    'The app sent another kind of JWT in this field, such as its login token. It may have mixed up two variables.',
    'App author: send the token from * in this field. The `typ` of its header is absent or `JWT`, unless the documentation of this kind says otherwise.',
  ],
  payload: [
    'Something else than * signed this token: the payload of its tokens is always a JSON object.',
    OTHER_SIGNER,
  ],
  expiryPresent: ['Something else than * signed this token: all its tokens expire.', OTHER_SIGNER],
  expiryNumber: [
    'Something else than * signed this token, with `exp` as text or as a date instead of seconds since 1970.',
    OTHER_SIGNER,
  ],
  notBeforeNumber: [
    'Something else than * signed this token, with `nbf` as text or as a date instead of seconds since 1970.',
    OTHER_SIGNER,
  ],
  notBefore: [
    'The clock of this server is behind the clock of *.',
    'Operator: synchronize the clock of the server (NTP). For a second or two of difference, set `leewaySeconds`.',
  ],
  issuedAtNumber: [
    'Something else than * signed this token, with `iat` as text or as a date instead of seconds since 1970.',
    OTHER_SIGNER,
  ],
};

/**
 * The causes of one kind of token: those that all kinds share, and its own.
 *
 * @param signer what issues the tokens: `Approov`
 */
export function jwtCauses<const Prefix extends string>(
  prefix: Prefix,
  signer: string,
  own: Pick<JwtCauses, OwnName> & Partial<JwtCauses>,
): Causes<CodesOf<Prefix, keyof JwtCauses>> {
  return named(prefix, signer, { ...SHARED, ...own }) as Causes<CodesOf<Prefix, keyof JwtCauses>>;
}

/** The same of a token whose payload has no claims of a JWT. */
export function jwsCauses<const Prefix extends string>(
  prefix: Prefix,
  signer: string,
  own: Pick<JwtCauses, Extract<OwnName, FormName>> & Partial<Pick<JwtCauses, FormName>>,
): Causes<CodesOf<Prefix, FormName>> {
  const form = Object.entries(SHARED).filter(([name]) => !(CLAIM_NAMES as readonly string[]).includes(name));
  return named(prefix, signer, { ...Object.fromEntries(form), ...own }) as Causes<CodesOf<Prefix, FormName>>;
}

function named(prefix: string, signer: string, all: Partial<JwtCauses>): Record<string, Cause> {
  const checks = jwtChecks(prefix, '', 'untrusted');
  const entries = Object.entries(all).map(([name, [cause, remedy]]) => {
    const { code } = checks[name as keyof JwtCauses];
    return [code, [cause.replaceAll('*', signer), remedy.replaceAll('*', signer)]];
  });
  return Object.fromEntries(entries) as Record<string, Cause>;
}
