import { APP_ATTEST_CHECKS } from './app-attest/internal.js';
import { APP_CHECK_CHECKS } from './app-check/internal.js';
import { APPROOV_CHECKS } from './approov/internal.js';
import { DEVELOPMENT_CHECKS } from './development/internal.js';
import { ENDPOINT_CHECKS } from './endpoints/internal.js';
import { GUARD_CHECKS } from './guard/internal.js';
import { KEY_ATTESTATION_CHECKS } from './key-attestation/internal.js';
import { catalog } from './kernel/catalog.js';
import { NET_CHECKS } from './net/internal.js';
import { PLAY_INTEGRITY_CHECKS } from './play-integrity/internal.js';
import type { CheckDef } from './ports/checks.js';
import { SESSIONS_CHECKS } from './sessions/internal.js';
import { SIGNED_TOKEN_CHECKS } from './signed-token/internal.js';
import { STORE_CHECKS } from './stores/internal.js';

/**
 * Every check that can refuse a request, by the room that makes it, in the order of verification. `ErrorCode`, the
 * error reference, the page of steps and the sentences of the inspector are made of this table.
 *
 * @example
 * import { CATALOG } from 'attestkit/catalog';
 * const checks = Object.values(CATALOG).flatMap((room): readonly CheckDef[] => room.checks);
 * console.log(checks.find(({ code }) => code === 'ERR_APPROOV_TOKEN_EXPIRED')?.says);
 */
export const CATALOG = {
  approov: room('Approov tokens', ['APPROOV'], APPROOV_CHECKS),
  'app-attest': room('Apple App Attest', ['APP_ATTEST'], APP_ATTEST_CHECKS),
  'key-attestation': room('Android Key Attestation', ['KEY_ATTESTATION'], KEY_ATTESTATION_CHECKS),
  'play-integrity': room('Play Integrity', ['PLAY_INTEGRITY'], PLAY_INTEGRITY_CHECKS),
  'app-check': room('Firebase App Check', ['APP_CHECK'], APP_CHECK_CHECKS),
  'signed-token': room('Tokens of an attester', ['SIGNED_TOKEN'], SIGNED_TOKEN_CHECKS),
  development: room('Development: simulators and CI', ['DEVELOPMENT'], DEVELOPMENT_CHECKS),
  sessions: room(
    'Enrollment, sessions and signed requests',
    ['ENROLLMENT', 'CHALLENGE', 'POLICY', 'REFRESH', 'SESSION', 'ASSERTION', 'STATE'],
    SESSIONS_CHECKS,
  ),
  stores: room('Stores', ['STORE'], catalog(STORE_CHECKS)),
  net: room('Fetched keys and lists', ['JWKS', 'REVOCATIONS'], catalog(NET_CHECKS)),
  guard: room('The guard itself', ['GUARD'], catalog(GUARD_CHECKS)),
  endpoints: room(
    'The endpoints, before evidence is looked at',
    ['ENROLLMENT', 'ENDPOINT'],
    catalog(ENDPOINT_CHECKS),
  ),
} as const;

/** Every code with which a request can be refused: `ERR_APPROOV_TOKEN_EXPIRED`. */
export type ErrorCode = (typeof CATALOG)[keyof typeof CATALOG]['checks'][number]['code'];

/** @param subjects what the codes begin with, after `ERR_` */
function room<Code extends string>(
  title: string,
  subjects: readonly string[],
  checks: readonly CheckDef<Code>[],
): {
  readonly title: string;
  readonly subjects: readonly string[];
  readonly checks: readonly CheckDef<Code>[];
} {
  return { title, subjects, checks };
}
