import { createHash } from 'node:crypto';
import { ConfigurationError } from '../../kernel/errors.js';
import type { JsonObject } from '../../kernel/bytes/json.js';
import { DEFECTS, type ApproovDefect, type Defect } from './defects.js';
import { signature } from '../../kernel/jose/sign-jws.js';
import { signingKey, type ApproovSigningOptions } from '../encode/signing-key.js';

/** A token to be made for a test. */
export type MintApproovTokenOptions = ApproovSigningOptions & {
  /** Claims beside, or in place of, the default `exp`. */
  readonly claims?: JsonObject;
  /** Seconds from `now` to the default `exp`. Default 300. */
  readonly expiresInSeconds?: number;
  /**
   * The value that the token is bound to, by the claim `pay`: a header's value as text, each character one byte
   * (latin-1) as HTTP libraries have it, or the bytes. Default: not bound.
   */
  readonly bind?: string | Uint8Array;
  /** Members of the header beside `alg` and `typ`, or in place of them: `{ kid: '1' }`. */
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
  const { expiresInSeconds = 300, bind, now = Date.now() } = options;
  const key = signingKey(options);
  const defect = defectNamed(options.defect);
  const seconds = Math.floor(now / 1000);
  const exp = seconds + expiresInSeconds;
  if (!Number.isFinite(exp))
    throw new ConfigurationError('expiresInSeconds', 'is not a finite number', 'Leave it out for 300.');

  const header = { alg: key.algorithm, typ: 'JWT', ...options.header };
  const claims = { exp, ...options.claims, ...(bind !== undefined && { pay: digest(bind) }) };
  const headerPart = encode(json(defect.header?.(header, key) ?? header));
  const signed = defect.claims === undefined ? claims : defect.claims(claims, seconds);
  const payloadPart = (defect.encode ?? encode)(json(signed));
  const signaturePart = encode((defect.sign ?? signature)(key, `${headerPart}.${payloadPart}`));
  return (defect.assemble ?? join)(headerPart, payloadPart, signaturePart);
}

const NONE: Omit<Defect, 'code'> = {};

function defectNamed(name: ApproovDefect | undefined): Omit<Defect, 'code'> {
  if (name === undefined) return NONE;
  if (Object.hasOwn(DEFECTS, name)) return DEFECTS[name];
  throw new ConfigurationError('defect', 'is not known', `Give one of ${Object.keys(DEFECTS).join(', ')}.`);
}

function digest(bound: string | Uint8Array): string {
  if (typeof bound === 'string' && /[^\0-\xff]/.test(bound)) {
    throw new ConfigurationError(
      'bind',
      'has a character that no header field can carry',
      'Give its bytes, in the encoding in which they are sent.',
    );
  }
  const bytes = typeof bound === 'string' ? Buffer.from(bound, 'latin1') : bound;
  return createHash('sha256').update(bytes).digest('base64');
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
