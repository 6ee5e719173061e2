import { catalog } from '../kernel/catalog.js';
import type { CodeOf } from '../ports/checks.js';
import { ASSERTION_CHECKS } from './assertion/assertion-checks.js';
import { ATTESTATION_CHECKS, FIELD_CHECKS } from './attestation/attestation-checks.js';
import { POLICY_CHECKS } from './attestation/policy-checks.js';
import { RECEIPT_CHECKS } from './receipt/checks.js';

/** The catalog, in the order of verification: of an attestation, of policy, of an assertion, of a receipt. */
export const APP_ATTEST_CHECKS = catalog(
  FIELD_CHECKS,
  ATTESTATION_CHECKS,
  POLICY_CHECKS,
  ASSERTION_CHECKS,
  RECEIPT_CHECKS,
);

/** Every code with which an attestation, an enrolled key, an assertion or a receipt can be refused. */
export type AppAttestErrorCode = CodeOf<typeof APP_ATTEST_CHECKS>;
