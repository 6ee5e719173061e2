import { googleKindOf, GOOGLE_TOKENS } from './sent.js';

/** Bare evidence without what was copied along with it. */
export interface BareText {
  readonly token: string;
  /** What was left out, for the report. */
  readonly notes: readonly string[];
}

/** What surrounds a token in the place it was copied from, and what to tell the reader. */
const AROUND: readonly (readonly [pattern: RegExp, note: string])[] = [
  [
    /^(["'`])(.*)\1$/s,
    'Quotation marks around the token were left out. A server that receives them refuses the token.',
  ],
  [
    /^([A-Za-z][A-Za-z0-9-]*)[ \t]*:[ \t]*(?!\/\/)(\S.*)$/s,
    'The name of the header field was left out. In the field the value stands alone.',
  ],
  [
    /^(bearer)[ \t]+(\S.*)$/is,
    '"Bearer " before the token was left out. A server refuses it in Approov-Token, unless its option prefix is set to "Bearer ".',
  ],
];

/** Takes off quotation marks, the name of a header field and `Bearer `, once each at most. */
export function readBareText(text: string): BareText {
  let token = text.trim();
  const notes: string[] = [];
  for (let turn = 0; turn < AROUND.length; turn += 1) {
    for (const [pattern, note] of AROUND) {
      const inner = notes.includes(note) ? undefined : pattern.exec(token)?.[2];
      if (inner === undefined) continue;
      token = inner.trim();
      notes.push(note);
    }
  }
  return { token, notes };
}

/** Why bare text cannot be inspected without a file, and what to write; undefined if it can, or is not recognized. */
export function whyFile(token: string): readonly [problem: string, remedy: string] | undefined {
  const google = googleKindOf(token);
  if (google !== undefined) return GOOGLE_TOKENS[google];
  if (isPlaceholder(token))
    return [
      'is the placeholder that the Firebase SDK sends when it could not get an App Check token',
      'The text in it is the reason, in base64; the app’s log says more. There is no token to inspect.',
    ];
  const field = PROOF.exec(token)?.[1]?.toLowerCase();
  if (field === 'assertion') return fileOf('an App Attest assertion in its header field', ASSERTION_FILE);
  if (field === 'signature')
    return fileOf('a signature of an Android key in its header field', SIGNATURE_FILE);
  if (token.includes('-----BEGIN CERTIFICATE')) return fileOf('a certificate in PEM', CHAIN_FILE);
  return whyFileOfBytes(token);
}

/** Whether this is what the Firebase SDK sends if it has no token: the base64 of `{"error":…}`. */
export function isPlaceholder(token: string): boolean {
  return token.startsWith('eyJlcnJvciI6') && !token.includes('.');
}

/** The value of `X-App-Attest`, or of `Authorization` with the scheme `Attest`. */
const PROOF = /^(?:attest[ \t]+)?(?:[a-z_]+[ \t]*=[^;,]*[;,][ \t]*)*(assertion|signature)[ \t]*=/i;

/** Characters beyond which no base64 is looked at. */
const MAX_LENGTH = 100_000;

/** OBJECT IDENTIFIER of signed data in CMS (RFC 5652 §5.1). */
const SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex');

/** Bytes in base64, by what is in them. */
function whyFileOfBytes(text: string): readonly [problem: string, remedy: string] | undefined {
  if (text.length > MAX_LENGTH || !/^[A-Za-z0-9+/_\s-]{64,}={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.includes('apple-appattest')) return fileOf('an App Attest attestation', ATTESTATION_FILE);
  if (bytes.includes('authenticatorData')) return fileOf('an App Attest assertion', ASSERTION_FILE);
  if (bytes[0] !== 0x30) return undefined;
  if (bytes.subarray(0, 32).includes(SIGNED_DATA)) return fileOf('an App Attest receipt', RECEIPT_FILE);
  return fileOf('a certificate or a key in DER', CHAIN_FILE);
}

type File = readonly [kind: string, members: string];

const ATTESTATION_FILE: File = [
  'app-attest-attestation',
  'attestation, appId, keyId and challengeText, the challenge as the server returned it',
];
const ASSERTION_FILE: File = [
  'app-attest-assertion',
  'assertion, appId, publicKey, previousCounter and clientDataText, the lines that were signed',
];
const SIGNATURE_FILE: File = [
  'key-attestation-signature',
  'signature, publicKey, algorithm and clientDataText, the lines that were signed',
];
const RECEIPT_FILE: File = ['app-attest-receipt', 'receipt, appId and publicKey'];
const CHAIN_FILE: File = [
  'key-attestation',
  'certificateChain, the list of all certificates, the key’s first, each in base64 of its DER',
];

function fileOf(what: string, [kind, members]: File): readonly [problem: string, remedy: string] {
  return [`is ${what}`, `Write an evidence file of kind ${kind}, with ${members}: see docs/inspect.md.`];
}
