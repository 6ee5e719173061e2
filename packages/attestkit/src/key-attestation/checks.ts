import { catalog } from '../kernel/catalog.js';
import { CHAIN_CHECKS, FIELD_CHECKS } from './chain/chain-checks.js';
import { DESCRIPTION_CHECKS } from './description/description-checks.js';
import { MODULE_CHECKS } from './description/module-checks.js';
import { POLICY_CHECKS, SIGNATURE_CHECKS } from './policy/policy-checks.js';

/** The catalog, in the order of verification: of the chain, of the key, of policy, of a signature, of modules. */
export const KEY_ATTESTATION_CHECKS = catalog(
  FIELD_CHECKS,
  CHAIN_CHECKS,
  DESCRIPTION_CHECKS,
  POLICY_CHECKS,
  SIGNATURE_CHECKS,
  MODULE_CHECKS,
);
