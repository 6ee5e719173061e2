import type { CheckDef } from '../ports/checks.js';

/** What the lists of revoked attestation certificates can fail with. */
export const REVOCATIONS_CHECKS: { readonly available: CheckDef<'ERR_REVOCATIONS_UNAVAILABLE'> } = {
  available: {
    name: 'revocation list available',
    code: 'ERR_REVOCATIONS_UNAVAILABLE',
    stage: 'unavailable',
    says: 'the list of revoked attestation certificates cannot be had at the moment, or is too old',
    spec: 'Android, Key and ID attestation, certificate revocation status list',
  },
};
