import type { CheckDef } from '../ports/checks.js';

/** Every code with which this room fails. */
export type NetErrorCode = 'ERR_JWKS_UNAVAILABLE';

/** What only the network can answer. A failure says nothing about the evidence. */
export const NET_CHECKS: { readonly jwksAvailable: CheckDef<NetErrorCode> } = {
  jwksAvailable: {
    name: 'keys available',
    code: 'ERR_JWKS_UNAVAILABLE',
    stage: 'unavailable',
    says: 'the key set that the evidence is verified with cannot be had at the moment',
    spec: 'RFC 7517 §5',
  },
};
