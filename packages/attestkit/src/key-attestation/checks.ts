import type { CheckDef } from '../ports/checks.js';
import { CHAIN_CHECKS, FIELD_CHECKS } from './chain/chain-checks.js';
import { DESCRIPTION_CHECKS } from './description/description-checks.js';
import { MODULE_CHECKS } from './description/module-checks.js';
import { POLICY_CHECKS, SIGNATURE_CHECKS } from './policy/policy-checks.js';

/** Every code with which a certificate chain, an enrolled key, its signature or the system’s modules can be refused. */
export type KeyAttestationErrorCode =
  | (typeof FIELD_CHECKS)[keyof typeof FIELD_CHECKS]['code']
  | (typeof CHAIN_CHECKS)[keyof typeof CHAIN_CHECKS]['code']
  | (typeof DESCRIPTION_CHECKS)[keyof typeof DESCRIPTION_CHECKS]['code']
  | (typeof POLICY_CHECKS)[keyof typeof POLICY_CHECKS]['code']
  | (typeof SIGNATURE_CHECKS)[keyof typeof SIGNATURE_CHECKS]['code']
  | (typeof MODULE_CHECKS)[keyof typeof MODULE_CHECKS]['code'];

/** The catalogue, in the order of verification: of the chain, of the key, of policy, of a signature, of modules. */
export const KEY_ATTESTATION_CHECKS: readonly CheckDef<KeyAttestationErrorCode>[] = [
  ...Object.values(FIELD_CHECKS),
  ...Object.values(CHAIN_CHECKS),
  ...Object.values(DESCRIPTION_CHECKS),
  ...Object.values(POLICY_CHECKS),
  ...Object.values(SIGNATURE_CHECKS),
  ...Object.values(MODULE_CHECKS),
];
