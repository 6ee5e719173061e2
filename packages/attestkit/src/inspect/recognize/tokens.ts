import { readJsonObject, type JsonObject } from '../../kernel/bytes/json.js';
import { absenceIn } from '../../approov/internal.js';
import { looksLikeSession } from '../../sessions/internal.js';
import type { Reading } from './reading.js';

/** Fields that say by their name what is in them. */
const FIELDS: Readonly<Record<string, 'approov-token' | 'app-check'>> = {
  'approov-token': 'approov-token',
  'x-firebase-appcheck': 'app-check',
};

/**
 * Which token a text is: by the name of its field if that was there, then by its header. Any other text is
 * taken for an Approov token: the guard would take it for one.
 *
 * @param field in small letters
 */
export function readToken(token: string, field: string | undefined): Reading {
  const named = field !== undefined && Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (named === 'approov-token') return approov(token, 'it stood in the field Approov-Token');
  if (isPlaceholder(token)) return placeholder(token);
  if (named === 'app-check') return appCheck(token, 'it stood in the field X-Firebase-AppCheck');
  if (token !== '' && absenceIn(token) !== undefined)
    return approov(token, `${token} is what the Approov SDK sends without a token`);
  const google = googleKindOf(token);
  if (google === 'app-check') return appCheck(token, 'its issuer is Firebase App Check');
  if (google === 'play-integrity')
    return {
      kind: google,
      file: { token },
      what: 'a Play Integrity token, which is encrypted',
      why: 'it is a JWE with a wrapped key',
    };
  if (looksLikeSession(token))
    return {
      kind: 'session-token',
      file: { token },
      what: 'a session token',
      why: 'the typ of its header says so',
    };
  return approov(token, 'nothing in it says that it is other evidence (an explicit kind does)');
}

function approov(token: string, why: string): Reading {
  return { kind: 'approov-token', file: { token }, what: 'an Approov token', why };
}

function appCheck(token: string, why: string): Reading {
  return { kind: 'app-check', file: { token }, what: 'a Firebase App Check token', why };
}

/** What a placeholder is inspected without: it is refused for its form. */
const NO_PROJECT = { jwks: { keys: [] }, projectNumber: '', appIds: [] };

function placeholder(token: string): Reading {
  return {
    kind: 'app-check',
    file: { token, ...NO_PROJECT },
    what: 'the placeholder that the Firebase SDK sends if it could not get an App Check token',
    why: 'it is the base64 of {"error":…}',
  };
}

/** Whether this is what the Firebase SDK sends if it has no token: the base64 of `{"error":…}`. */
export function isPlaceholder(token: string): boolean {
  return token.startsWith('eyJlcnJvciI6') && !token.includes('.') && token.length <= MAX_PLACEHOLDER;
}

const MAX_PLACEHOLDER = 1000;

/** The reason in a placeholder, if it is one of the SDK's words. */
export function reasonIn(token: string): string | undefined {
  const error = readJsonObject(Buffer.from(token, 'base64'))?.['error'];
  return typeof error === 'string' && /^[A-Za-z_]{1,64}$/.test(error) ? error : undefined;
}

/**
 * The kind of a bare Google token; undefined for any other token. The header decides, and of a signed token its
 * issuer: nothing is verified here.
 */
function googleKindOf(token: string): 'play-integrity' | 'app-check' | undefined {
  const parts = token.split('.', 6);
  const [header, payload] = parts.slice(0, 2).map(objectIn);
  if (parts.length === 5) return header?.['alg'] === 'A256KW' ? 'play-integrity' : undefined;
  const issuer = parts.length === 3 && header?.['alg'] === 'RS256' ? payload?.['iss'] : undefined;
  const isFirebase = typeof issuer === 'string' && issuer.startsWith(APP_CHECK_ISSUER);
  return isFirebase ? 'app-check' : undefined;
}

const APP_CHECK_ISSUER = 'https://firebaseappcheck.googleapis.com/';

function objectIn(part: string): JsonObject | undefined {
  return readJsonObject(Buffer.from(part, 'base64url'));
}
