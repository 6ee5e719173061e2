import type { Jwk } from '../ports/keys.js';
import { isJsonObject } from '../kernel/bytes/json.js';
import type { Member } from './members.js';

export const text: Member<string> = {
  is: 'a string',
  read: (value) => (typeof value === 'string' ? value : undefined),
};

export const texts: Member<string | readonly string[]> = {
  is: 'a string or a list of strings',
  read: (value) => (isTexts(value) ? value : text.read(value)),
};

/** Each character one byte, as in the value of a header field. */
export const latin1: Member<string> = {
  is: 'a string of latin-1 characters, as a header value is',
  read: (value) => (typeof value === 'string' && !/[^\0-\xff]/.test(value) ? value : undefined),
};

export function numberOf(what: string): Member<number> {
  return { is: `a number${what}`, read: (value) => (typeof value === 'number' ? value : undefined) };
}

export function oneOf<Value extends string>(values: readonly Value[]): Member<Value> {
  return { is: `one of ${values.join(', ')}`, read: (value) => values.find((each) => each === value) };
}

/** Options of a verifier, which looks at them itself. */
export function options<T extends object>(): Member<T> {
  return { is: 'an object', read: (value) => (isJsonObject(value) ? (value as T) : undefined) };
}

/** A list of options; the verifier looks at them itself. */
export function listOfOptions<T extends object>(): Member<readonly T[]> {
  return { is: 'a list', read: (value) => (Array.isArray(value) ? (value as readonly T[]) : undefined) };
}

/** Evidence that is JSON itself: what is wrong with it, the verifier says. */
export const anything: Member<unknown> = { is: 'JSON', read: (value) => value };

export const pemOrJwk: Member<string | Jwk> = {
  is: 'a PEM as a string, or a JWK',
  read: (value) => (isJsonObject(value) ? (value as Jwk) : text.read(value)),
};

export const jwkSet: Member<{ readonly keys: readonly Jwk[] }> = { ...options(), is: 'a JWK Set' };

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since the epoch; null says now. */
export const time: Member<number | null> = {
  is: 'a time such as 2026-06-01T12:00:00Z, or null',
  read(value) {
    if (value === null) return null;
    const at = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(at) ? undefined : at;
  },
};

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
