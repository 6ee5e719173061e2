import { AttestationError } from '../kernel/errors.js';
import type { JsonObject } from '../kernel/json.js';
import type { EnrolmentEvidence, SentField } from '../ports/enrolment.js';
import { isDeviceId } from './challenge.js';
import { BODY_CHECKS as CHECKS } from './enrolment-checks.js';

/**
 * A member that has to be there, as text that is not empty.
 *
 * @throws AttestationError ERR_ENROLMENT_MEMBERS
 */
export function textMember(body: JsonObject, name: string): string {
  const value = optionalText(body, name);
  if (value === undefined || value === '') throw new AttestationError(CHECKS.members);
  return value;
}

/**
 * A member that may be absent, but not of another type.
 *
 * @throws AttestationError ERR_ENROLMENT_MEMBERS
 */
export function optionalText(body: JsonObject, name: string): string | undefined {
  // Own members only: what a polluted prototype says was not sent.
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new AttestationError(CHECKS.members);
}

/** @throws AttestationError ERR_ENROLMENT_DEVICE_ID */
export function deviceIdOf(value: unknown): string {
  if (!isDeviceId(value)) throw new AttestationError(CHECKS.deviceId);
  return value;
}

/** A member that may be absent, but not of another type than a list of strings. */
function optionalTexts(body: JsonObject, name: string): readonly string[] | undefined {
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (value === undefined || (Array.isArray(value) && value.every((each) => typeof each === 'string')))
    return value;
  throw new AttestationError(CHECKS.members);
}

/** The one kind of evidence that a body has, and its fields. */
export interface SentEvidence {
  readonly evidence: EnrolmentEvidence<string, SentField>;
  readonly fields: Readonly<Record<string, SentField | undefined>>;
}

/**
 * Finds the evidence: of exactly one kind, so that nobody can put a weak one beside a strong one.
 *
 * @throws AttestationError
 */
export function sentEvidence(body: JsonObject, enrolment: readonly EnrolmentEvidence[]): SentEvidence {
  const present = enrolment.filter(({ fields }) => fields.some((field) => Object.hasOwn(body, field)));
  const [evidence] = present;
  if (evidence === undefined || present.length > 1) throw new AttestationError(CHECKS.evidence);
  const { fields: names, lists = [] } = evidence;
  const fields = names.map((name) => [
    name,
    (lists.includes(name) ? optionalTexts : optionalText)(body, name),
  ]);
  return { evidence, fields: Object.fromEntries(fields) as SentEvidence['fields'] };
}
