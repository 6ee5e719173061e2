import { AttestationError } from '../../kernel/errors.js';
import type { JsonObject } from '../../kernel/bytes/json.js';
import { BODY_CHECKS, deviceIdOf, looksLikeSession } from '../../sessions/internal.js';
import { refusedBy, unusable, type EvidenceError } from '../evidence-error.js';
import { attestedBy, membersOf, type BodyKind } from './body-members.js';
import { listed } from './missing.js';
import type { EvidenceKindName } from '../kind-table.js';
import type { Reading } from './reading.js';

/** Names that stand in bodies alone: with one of them a JSON object is a body, and its `challenge` is text. */
const WIRE = [
  'device_id',
  'key_id',
  'certificate_chain',
  'integrity_token',
  'app_check_token',
  'refresh_token',
] as const;

type Endpoint = 'attest' | 'assert' | 'refresh' | 'revoke';

/**
 * The body of a device endpoint, as an app sends it, perhaps with members of an evidence file beside its own; undefined
 * for any other object.
 *
 * @param given parsed JSON
 * @param wanted the kind of evidence in it, if the user said so
 * @throws EvidenceError if there is nothing in it to inspect, or a server refuses it before its evidence
 */
export function readBody(given: JsonObject, wanted?: EvidenceKindName): Reading | undefined {
  const body = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const has = (name: string): boolean => Object.hasOwn(body, name);
  const names = Object.keys(body);
  if (!WIRE.some(has)) return names.length === 1 ? readRevocation(body['token']) : undefined;
  const attested = attestedBy(body);
  if (attested.length > 0) return readAttest(body, attested, wanted);
  const proof = (['assertion', 'signature'] as const).find(has);
  const endpoint = has('challenge') || !has('refresh_token') ? 'assert' : 'refresh';
  if (proof !== undefined) return readProven(body, endpoint, proof, wanted);
  if (has('refresh_token')) throw nothingIn('refresh', 'it has refresh_token', REFRESH);
  if (has('key_id'))
    throw nothingIn('assert', 'it has key_id', 'It has neither attestation, assertion nor signature.');
  throw nothingIn(
    'attest',
    `it has ${listed(WIRE.filter(has))}`,
    'It has no evidence of a kind that is known here.',
  );
}

const REFRESH =
  'A refresh token says nothing by itself: only the server that issued it can judge it, with its secret and its store. ' +
  'The code is in the server’s event.';

function nothingIn(endpoint: Endpoint, why: string, remedy: string): EvidenceError {
  return unusable(
    'evidence',
    `is read as ${bodyOf(endpoint)}, because ${why}. There is nothing in it to inspect`,
    remedy,
  );
}

function bodyOf(endpoint: Endpoint): string {
  return `the body of ${endpoint}`;
}

/** `{"token"}` of a session. */
function readRevocation(token: unknown): Reading | undefined {
  if (typeof token !== 'string' || !looksLikeSession(token)) return undefined;
  const why = 'it has token and nothing else';
  return { kind: 'session-token', file: { token }, what: `${bodyOf('revoke')} with a session token`, why };
}

function readAttest(
  body: JsonObject,
  attested: readonly BodyKind[],
  wanted: EvidenceKindName | undefined,
): Reading {
  const why = `it has ${listed(attested.map(({ member }) => member))}`;
  const what = bodyOf('attest');
  const kinds = attested.map(({ kind }) => kind);
  const chosen = attested.find(({ kind }) => wanted === undefined || kind === wanted);
  if (chosen === undefined) throw otherKind(kinds, what);
  assertReadable(body, what, ['device_id', 'challenge']);
  // A Play Integrity verdict may stand beside an Android key; no other two kinds may.
  if (attested.length > 1 && kinds.join() !== 'key-attestation,play-integrity')
    throw refusedBy(BODY_CHECKS.evidence, `is read as ${what}, because ${why}`, 'Send one kind of evidence.');
  assertEvidence(body, chosen, what);
  const members = membersOf(body, chosen.kind, what);
  const others = attested.filter((each) => each !== chosen);
  const more = others.map((each) => `Its ${each.member} is evidence of its own: give the kind ${each.kind}.`);
  const notes = [...(members.notes ?? []), ...more];
  return { ...members, kind: chosen.kind, what: `${what} with ${chosen.what}`, why, notes, open: true };
}

function otherKind(kinds: readonly EvidenceKindName[], what: string): EvidenceError {
  return unusable('kind', `is of no evidence in ${what}`, `In it is ${listed(kinds)}.`);
}

/** The evidence is there, and of the type that a server takes. */
function assertEvidence(body: JsonObject, { member, absent }: BodyKind, what: string): void {
  const value = body[member];
  const isList = Array.isArray(value) && value.every((each) => typeof each === 'string');
  if (typeof value !== 'string' && !(isList && member === 'certificate_chain'))
    throw refusedBy(BODY_CHECKS.members, `is read as ${what}`, `Give ${member} as documented.`);
  if (value.length === 0) throw refusedBy(absent, `is read as ${what}`, `Give ${member}.`);
}

function readProven(
  body: JsonObject,
  endpoint: 'assert' | 'refresh',
  proof: 'assertion' | 'signature',
  wanted: EvidenceKindName | undefined,
): Reading {
  const what = bodyOf(endpoint);
  const kind = proof === 'assertion' ? 'app-attest-assertion' : 'key-attestation-signature';
  if (wanted !== undefined && wanted !== kind) throw otherKind([kind], what);
  const texts = endpoint === 'assert' ? ['device_id', 'challenge', 'key_id'] : ['refresh_token'];
  assertReadable(body, what, [...texts, proof]);
  const of = proof === 'assertion' ? 'an App Attest assertion' : 'a signature of an Android key';
  const why = `it has ${listed([...texts.slice(-1), proof])}`;
  return { ...membersOf(body, kind, what), kind, what: `${what} with ${of}`, why, open: true };
}

/**
 * The members that a server reads before the evidence, by its own rules.
 *
 * @throws EvidenceError in the server's words
 */
function assertReadable(body: JsonObject, what: string, texts: readonly string[]): void {
  for (const name of texts) {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    if (typeof value !== 'string' || value === '')
      throw refusedBy(BODY_CHECKS.members, `is read as ${what}`, `Give ${name}, a text that is not empty.`);
    if (name === 'device_id') assertDeviceId(value, what);
  }
}

function assertDeviceId(value: string, what: string): void {
  try {
    deviceIdOf(value);
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    const remedy = 'Give the device_id with which the app asked for the challenge.';
    throw refusedBy(error.check, `is read as ${what}`, remedy);
  }
}
