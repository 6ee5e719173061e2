import type { CheckDef } from '../ports/checks.js';
import { ASSERTION_CHECKS } from './assertion/assertion-checks.js';
import { ATTESTATION_CHECKS, FIELD_CHECKS } from './attestation/attestation-checks.js';
import { POLICY_CHECKS } from './attestation/policy-checks.js';
import { RECEIPT_CHECKS } from './receipt/checks.js';

/** Every code with which an attestation, an enrolled key, an assertion or a receipt can be refused. */
export type AppAttestErrorCode =
  | (typeof FIELD_CHECKS)[keyof typeof FIELD_CHECKS]['code']
  | (typeof ATTESTATION_CHECKS)[keyof typeof ATTESTATION_CHECKS]['code']
  | (typeof POLICY_CHECKS)[keyof typeof POLICY_CHECKS]['code']
  | (typeof ASSERTION_CHECKS)[keyof typeof ASSERTION_CHECKS]['code']
  | (typeof RECEIPT_CHECKS)[keyof typeof RECEIPT_CHECKS]['code'];

/** The catalogue, in the order of verification: of an attestation, of policy, of an assertion, of a receipt. */
export const APP_ATTEST_CHECKS: readonly CheckDef<AppAttestErrorCode>[] = [
  ...Object.values(FIELD_CHECKS),
  ...Object.values(ATTESTATION_CHECKS),
  ...Object.values(POLICY_CHECKS),
  ...Object.values(ASSERTION_CHECKS),
  ...Object.values(RECEIPT_CHECKS),
];
