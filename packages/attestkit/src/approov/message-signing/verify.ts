import type { KeyObject } from 'node:crypto';
import { verifyHttpSignature } from '../../kernel/http-signatures/algorithms.js';
import type { Departures, SignedMessage } from '../../kernel/http-signatures/components.js';
import { bytesOf, isDigestOf, readContentDigest } from '../../kernel/http-signatures/content-digest.js';
import {
  readSignatureField,
  signatureBase,
  signatureInput,
  type SignatureBase,
  type SignatureInput,
} from '../../kernel/http-signatures/signature-base.js';
import type { Dictionary } from '../../kernel/http-signatures/structured-fields.js';
import { mustRead } from '../../kernel/sinks.js';
import type { Checks } from '../../ports/checks.js';
import type { ApproovResult, MessageSignature } from '../result.js';
import { SIGNATURE_CHECKS as CHECKS } from './checks.js';
import type { ReadyRules } from './settings.js';
import { rawSignature } from './signature-bytes.js';
import { baseMistake } from './signature-mistakes.js';

/** A signature that holds over all but the body. */
export interface Covered {
  readonly signature: MessageSignature;
  /** What no other genuine signature of an installation has, and every copy of this one: to know it again. */
  readonly unique: Uint8Array;
}

/** All characters of both fields: an SDK's have some 600. */
const MAX_FIELDS = 8192;

/** Components of one signature: an SDK's has 10. Each costs a look at the request. */
const MAX_COMPONENTS = 64;

/** Fields of which frameworks keep one line alone: covered lines that they drop would stand for another value. */
const SINGLE = ['authorization', 'content-type', 'host'];

/** Ways to cover the target: whole, or in parts. The parts do not tell an empty query from none (RFC 9421 §2.2.7). */
const TARGETS = [['@target-uri'], ['@authority', '@request-target'], ['@authority', '@path', '@query']];

/**
 * Holds the signature of a request to what its token and the rules say: the straight line, for either sink.
 *
 * @param required names of fields that must be covered
 */
export function appraiseSignature(
  token: ApproovResult,
  message: SignedMessage,
  rules: ReadyRules,
  required: readonly string[],
  now: number,
  checks: Checks,
): Covered {
  const { label, algorithm } = rules;
  if (label === 'install') checks.holds(CHECKS.keyPresent, token.installationKey !== undefined);
  const key = mustRead(checks, CHECKS.keyUsable, rules.keyOf(token));

  const { inputs, signatures } = readFields(message, rules, checks);
  const labels = [...inputs.members.keys()].filter((each) => signatures.members.has(each));
  mustRead(checks, CHECKS.labelled, labels.includes(label) || undefined, labels);
  const input = mustRead(checks, CHECKS.input, signatureInput(inputs, label));
  const { components } = input;
  const isFew = components.items.length <= MAX_COMPONENTS;
  mustRead(checks, CHECKS.few, isFew || undefined, components.items.length);
  checks.holds(CHECKS.supported, components.areSupported, input.text);
  checks.holds(CHECKS.distinct, components.areDistinct, input.text);

  const { created, expires } = appraiseParameters(input, rules, now, checks);
  const missing = missingFrom(components.plain, required);
  checks.holds(CHECKS.covered, missing.length === 0, input.text, missing);

  const departures: Departures = {
    authorityWithoutPort: rules.quirks.has('authority-without-port'),
    queryWithoutMark: rules.quirks.has('query-without-mark'),
  };
  const isPlain = SINGLE.every((name) => message.fields(name).length <= 1);
  const built: SignatureBase = isPlain ? signatureBase(input, message, departures) : {};
  const base = mustRead(checks, CHECKS.valued, built.base, built.absent);
  const sent = bytesOf(signatures.members.get(label), true);
  const raw = mustRead(checks, CHECKS.encoding, sent && rawSignature(algorithm, sent));
  const verifies = (text: string): boolean => verifyHttpSignature(algorithm, key as KeyObject, text, raw);
  const holds = verifies(base);
  const mistake = holds ? undefined : baseMistake(input, message, departures, verifies);
  checks.holds(CHECKS.verifies, holds, undefined, undefined, mistake);
  // The verifier ends before this with anything that does not hold; the inspector has rules for one request alone.
  rules.known.remember(components);
  return {
    signature: {
      by: label,
      components: components.items.map(({ item }) => item.value as string),
      createdAt: created * 1000,
      expiresAt: expires * 1000,
    },
    // Anybody can make a second signature of one by ECDSA, with the same first half. An account's by HMAC is never used up.
    unique: raw.subarray(0, raw.length / 2),
  };
}

function readFields(
  message: SignedMessage,
  { known }: ReadyRules,
  checks: Checks,
): { readonly inputs: Dictionary; readonly signatures: Dictionary } {
  const input = message.fields('signature-input');
  const signature = message.fields('signature');
  const isPresent = input.some(Boolean) && signature.some(Boolean);
  mustRead(checks, CHECKS.present, isPresent || undefined);
  checks.holds(CHECKS.single, input.length === 1 && signature.length === 1);
  const length = input.join().length + signature.join().length;
  mustRead(checks, CHECKS.size, length <= MAX_FIELDS || undefined, length);
  const inputs = readSignatureField(input, known);
  const signatures = readSignatureField(signature);
  return mustRead(checks, CHECKS.readable, inputs && signatures && { inputs, signatures });
}

function appraiseParameters(
  { parameters }: SignatureInput,
  { algorithm, leewaySeconds, maxLifetimeSeconds }: ReadyRules,
  now: number,
  checks: Checks,
): { readonly created: number; readonly expires: number } {
  const named = parameters.get('alg');
  const isNamed = named?.type === 'string' && named.value === algorithm;
  checks.holds(CHECKS.algorithm, isNamed, named?.value, algorithm);
  const created = secondsOf(parameters.get('created'));
  const expires = secondsOf(parameters.get('expires'));
  const seconds = now / 1000;
  const from = mustRead(checks, CHECKS.created, created);
  const to = mustRead(checks, CHECKS.expires, expires !== undefined && expires >= from ? expires : undefined);
  checks.holds(CHECKS.lifetime, to - from <= maxLifetimeSeconds, to - from, maxLifetimeSeconds);
  checks.holds(CHECKS.begun, from <= seconds + leewaySeconds, from, seconds);
  checks.holds(CHECKS.current, seconds <= to + leewaySeconds, to, seconds);
  return { created: from, expires: to };
}

function secondsOf(parameter: ReturnType<SignatureInput['parameters']['get']>): number | undefined {
  return parameter?.type === 'integer' ? parameter.value : undefined;
}

/** The components that must be covered and are not. Only those without parameters count. */
function missingFrom(covered: ReadonlySet<string>, fields: readonly string[]): readonly string[] {
  const isTarget = TARGETS.some((parts) => parts.every((part) => covered.has(part)));
  return [
    ...['@method', ...fields].filter((name) => !covered.has(name)),
    ...(isTarget ? [] : ['@target-uri']),
  ];
}

/** Compares the body with the digest that a genuine signature covers. */
export function appraiseBody(
  { components }: MessageSignature,
  message: SignedMessage,
  body: Uint8Array,
  rules: ReadyRules,
  checks: Checks,
): void {
  const isCovered = components.includes('content-digest');
  checks.holds(CHECKS.digestCovered, isCovered || body.length === 0, components);
  if (!isCovered) return;
  const lines = message.fields('content-digest');
  const digests = mustRead(
    checks,
    CHECKS.digestReadable,
    readContentDigest(lines, rules.quirks.has('text-digest')),
  );
  checks.holds(CHECKS.digestMatches, isDigestOf(digests, body));
}
