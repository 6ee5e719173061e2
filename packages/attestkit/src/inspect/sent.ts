import { isJsonObject, readJsonObject, type JsonObject } from '../kernel/bytes/json.js';

const LINES =
  '"clientDataText", the four lines that were signed: attestkit-session-v1, the audience, the device id and the challenge';

/** What apps send and Google answers, by its name there, and as which member of which kind a file has it. */
const SENT: Readonly<Record<string, readonly [kind: string, member: string, more: string]>> = {
  assertion: [
    'app-attest-assertion',
    'assertion',
    `add "appId", "publicKey", "previousCounter" and ${LINES}`,
  ],
  signature: ['key-attestation-signature', 'signature', `add "publicKey", "algorithm" and ${LINES}`],
  certificate_chain: ['key-attestation', 'certificateChain', 'the body’s challenge is "challengeText"'],
  key_id: ['app-attest-attestation', 'keyId', 'the body’s challenge is "challengeText"'],
  integrity_token: [
    'play-integrity',
    'token',
    'beside it stand its two keys; of a standard request, or without the keys, give "payload": what Google decoded',
  ],
  tokenPayloadExternal: ['play-integrity', 'payload', 'a whole answer of Google may stand there too'],
  app_check_token: ['app-check', 'token', 'beside it stand "jwks", "projectNumber" and "appIds"'],
};

/** Kinds whose files name the key by itself. */
const KEY_KINDS: readonly string[] = ['app-attest-assertion', 'key-attestation-signature'];

/**
 * What to write instead of a name from an app's body or from Google's answer; undefined for any other name.
 *
 * @param of the kind of the file, if there is a file
 */
export function memberFor(name: string, of?: string): string | undefined {
  if (name === 'key_id' && of !== undefined && KEY_KINDS.includes(of))
    return 'Leave it out: "publicKey" says which key it is.';
  const [kind, member, more] = (Object.hasOwn(SENT, name) ? SENT[name] : undefined) ?? [];
  if (kind === undefined) return undefined;
  return `In an evidence file of kind ${kind} it is "${member}"; ${more}.`;
}

/** The same of a whole body or answer that was given in place of an evidence file. */
export function fileFor(answer: JsonObject): string | undefined {
  const { data } = answer;
  const body = isJsonObject(data) && Object.hasOwn(data, PAYLOAD) ? data : answer;
  const name = Object.keys(SENT).find((each) => Object.hasOwn(body, each));
  const advice = name === undefined ? undefined : memberFor(name);
  return advice && `This is what was sent: write an evidence file of it. Its ${name}: ${lower(advice)}`;
}

/**
 * The kind of file that a bare token of Google's belongs into; undefined where it is another token. The header decides,
 * and of a signed token its issuer: nothing is verified here.
 */
export function googleKindOf(token: string): 'play-integrity' | 'app-check' | undefined {
  const parts = token.split('.', 6);
  const [header, payload] = parts.slice(0, 2).map(objectIn);
  if (parts.length === 5) return header?.['alg'] === 'A256KW' ? 'play-integrity' : undefined;
  const issuer = parts.length === 3 && header?.['alg'] === 'RS256' ? payload?.['iss'] : undefined;
  const isFirebase = typeof issuer === 'string' && issuer.startsWith(APP_CHECK_ISSUER);
  return isFirebase ? 'app-check' : undefined;
}

/** What to write for a bare token of each kind. */
export const GOOGLE_TOKENS = {
  'play-integrity': [
    'is a token of Play Integrity, which is encrypted',
    'Write an evidence file of kind play-integrity, with the keys for a classic token or with the payload that ' +
      'Google decoded, which is the only way for a standard token: see docs/inspect.md.',
  ],
  'app-check': [
    'is a token of Firebase App Check, which needs to be held to a project',
    'Write an evidence file of kind app-check, with token, jwks, projectNumber and appIds: see docs/inspect.md.',
  ],
} as const;

/** The one member of Google's answer (REST, `decodeIntegrityToken`). */
const PAYLOAD = 'tokenPayloadExternal';

/**
 * The verdict in Google's answer: plain, as JSON text, or in `data` as HTTP clients wrap it. Any other value
 * is given back as it is.
 */
export function verdictIn(answer: unknown): unknown {
  const parsed = typeof answer === 'string' ? (readJsonObject(Buffer.from(answer)) ?? answer) : answer;
  const inner = isJsonObject(parsed) && isJsonObject(parsed['data']) ? parsed['data'] : parsed;
  const body = isJsonObject(inner) && Object.hasOwn(inner, PAYLOAD) ? inner : parsed;
  const isAnswer = isJsonObject(body) && Object.keys(body).join() === PAYLOAD;
  return isAnswer ? body[PAYLOAD] : parsed;
}

const APP_CHECK_ISSUER = 'https://firebaseappcheck.googleapis.com/';

function objectIn(part: string): JsonObject | undefined {
  return readJsonObject(Buffer.from(part, 'base64url'));
}

function lower(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
