export { APP_ATTEST_CHECKS } from './checks.js';
export { ASSERTION_CHECKS } from './assertion/assertion-checks.js';
export { assertionMistake } from './assertion/assertion-mistakes.js';
export { importPublicKey } from './assertion/public-key.js';
export { ATTESTATION_CHECKS, FIELD_CHECKS } from './attestation/attestation-checks.js';
