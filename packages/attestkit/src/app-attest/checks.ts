import { catalog } from '../kernel/catalog.js';
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
