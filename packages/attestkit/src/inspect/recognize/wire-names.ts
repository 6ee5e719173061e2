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
  tokenPayloadExternal: ['play-integrity', 'payload', 'Google’s whole answer may stand there too'],
  app_check_token: ['app-check', 'token', 'beside it stand "jwks", "projectNumber" and "appIds"'],
};

/** Kinds whose files name the key by itself. */
const KEY_KINDS: readonly string[] = ['app-attest-assertion', 'key-attestation-signature'];

/**
 * What to write instead of a name from an app's body or from Google's answer; undefined for any other name.
 *
 * @param of the kind of the file
 */
export function memberFor(name: string, of: string): string | undefined {
  if (name === 'key_id' && KEY_KINDS.includes(of)) return 'Leave it out: "publicKey" says which key it is.';
  const [kind, member, more] = (Object.hasOwn(SENT, name) ? SENT[name] : undefined) ?? [];
  if (kind === undefined) return undefined;
  return `In an evidence file of kind ${kind} it is "${member}"; ${more}.`;
}
