import type { JsonObject } from 'attestkit';
import { ConfigurationError } from 'attestkit/errors';
import { signApproovToken } from 'attestkit/approov';
import { DEFECTS, type ApproovDefect, type Defect } from './defects.js';
import { signature } from '../encode/signature.js';
import { isSymmetric, signingKey, type ApproovSigningOptions } from './signing-key.js';

/** A token to be made for a test. */
export type MintApproovTokenOptions = ApproovSigningOptions & {
  /** Claims beside, or instead of, the default `exp`. */
  readonly claims?: JsonObject;
  /** Seconds from `now` to the default `exp`. Default 300. */
  readonly expiresInSeconds?: number;
  /**
   * The value that the token is bound to, by the claim `pay`: a header's value as text, each character one byte
   * (latin-1) as HTTP libraries have it, or the bytes. Default: not bound.
   */
  readonly bind?: string | Uint8Array;
  /** Members of the header beside `alg` and `typ`, or instead of them: `{ kid: '1' }`. */
  readonly header?: JsonObject;
  /** What is wrong with the token. Default: nothing. */
  readonly defect?: ApproovDefect;
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number;
};

/**
 * Makes an Approov token for tests: one that is valid, or one with exactly the named defect.
 *
 * @example
 * const token = mintApproovToken({ secretBase64, bind: 'Bearer example', expiresInSeconds: 60 });
 * const expired = mintApproovToken({ secretBase64, defect: 'expired' });
 *
 * @returns a compact JWS
 * @throws ConfigurationError naming the option: a secret or key that is absent, too short or does not fit the
 *   algorithm, an unknown defect, a value that cannot be bound
 */
export function mintApproovToken(options: MintApproovTokenOptions): string {
  const { claims = {}, header: members, expiresInSeconds, bind, now = Date.now() } = options;
  const defect = defectNamed(options.defect);
  const shared = isSymmetric(options)
    ? { secretBase64: options.secretBase64, algorithm: options.algorithm }
    : STAND_IN;
  const sound = signApproovToken(claims, { ...shared, header: members, expiresInSeconds, bind, now });
  if (shared !== STAND_IN && options.defect === undefined) return sound;

  const key = signingKey(options);
  const header = { alg: key.algorithm, typ: 'JWT', ...members };
  const payload = Buffer.from(sound.split('.')[1] ?? '', 'base64url');
  const headerPart = encode(json(defect.header?.(header, key) ?? header));
  const payloadPart = (defect.encode ?? encode)(changed(payload, defect, now));
  const signaturePart = encode((defect.sign ?? signature)(key, `${headerPart}.${payloadPart}`));
  return (defect.assemble ?? join)(headerPart, payloadPart, signaturePart);
}

/** A key pair signs the claims of a token that this secret signed. */
const STAND_IN = { secretBase64: Buffer.alloc(32).toString('base64') };

function changed(payload: Buffer, { claims }: Omit<Defect, 'code'>, now: number): Buffer {
  if (claims === undefined) return payload;
  return json(claims(JSON.parse(payload.toString()) as JsonObject, Math.floor(now / 1000)));
}

const NONE: Omit<Defect, 'code'> = {};

function defectNamed(name: ApproovDefect | undefined): Omit<Defect, 'code'> {
  if (name === undefined) return NONE;
  if (Object.hasOwn(DEFECTS, name)) return DEFECTS[name];
  throw new ConfigurationError('defect', 'is not known', `Give one of ${Object.keys(DEFECTS).join(', ')}.`);
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64url');
}

function join(...parts: readonly string[]): string {
  return parts.join('.');
}
