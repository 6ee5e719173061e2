import { freezeJson } from '../kernel/bytes/json.js';
import type { CheckDef } from '../ports/checks.js';

/** What only the network can answer. A failure says nothing about the evidence. */
export const NET_CHECKS = freezeJson({
  jwksAvailable: {
    name: 'keys available',
    code: 'ERR_JWKS_UNAVAILABLE',
    stage: 'unavailable',
    says: 'the key set that the evidence is verified with could not be fetched',
    spec: 'RFC 7517 §5',
  },
  revocationsAvailable: {
    name: 'revocation list available',
    code: 'ERR_REVOCATIONS_UNAVAILABLE',
    stage: 'unavailable',
    says: 'the list of revoked attestation certificates could not be fetched, or is too old',
    spec: 'Android, Key and ID attestation, certificate revocation status list',
  },
} as const satisfies Record<string, CheckDef>);
