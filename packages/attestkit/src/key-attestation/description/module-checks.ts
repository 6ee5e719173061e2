import { freezeJson } from '../../kernel/bytes/json.js';
import type { CheckDef } from '../../ports/checks.js';

/** Checks of the modules of the system, in the order of verification. */
export const MODULE_CHECKS = freezeJson({
  attested: {
    name: 'modules attested',
    code: 'ERR_KEY_ATTESTATION_MODULES_HASH_MISSING',
    stage: 'untrusted',
    says: 'the key description does not have the hash of the modules, which was added with version 400',
    spec: 'Android, Key and ID attestation, attestation extension data schema, moduleHash',
  },
  readable: {
    name: 'modules readable',
    code: 'ERR_KEY_ATTESTATION_MODULES_MALFORMED',
    stage: 'malformed',
    says: 'the modules are not a set of names and versions in DER, of at most 64 KiB',
    spec: 'Android, Key and ID attestation, attestation extension data schema, Modules',
  },
  hash: {
    name: 'modules of the key description',
    code: 'ERR_KEY_ATTESTATION_MODULES_MISMATCH',
    stage: 'untrusted',
    says: 'the modules are not those whose hash the key description has',
    spec: 'Android, KeyStoreManager, MODULE_HASH',
  },
} as const satisfies Record<string, CheckDef>);
