import { catalog } from '../kernel/catalog.js';
import type { CodeOf } from '../ports/checks.js';
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

/** Every code with which a certificate chain, an enrolled key, its signature or the system’s modules can be refused. */
export type KeyAttestationErrorCode = CodeOf<typeof KEY_ATTESTATION_CHECKS>;
