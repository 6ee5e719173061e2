import type { CheckDef } from '../ports/checks.js';
import { DECODE_CHECKS, FIELD_CHECKS } from './token/decode-checks.js';
import { TOKEN_CHECKS, USED_JWS_CHECKS } from './token/token-checks.js';
import { POLICY_CHECKS, VERDICT_CHECKS } from './verdict/verdict-checks.js';

/** Every code with which a token, a verdict or an enrolled device can be refused. */
export type PlayIntegrityErrorCode =
  | (typeof FIELD_CHECKS)[keyof typeof FIELD_CHECKS]['code']
  | (typeof TOKEN_CHECKS)[keyof typeof TOKEN_CHECKS]['code']
  | (typeof USED_JWS_CHECKS)[number]['code']
  | (typeof DECODE_CHECKS)[keyof typeof DECODE_CHECKS]['code']
  | (typeof VERDICT_CHECKS)[keyof typeof VERDICT_CHECKS]['code']
  | (typeof POLICY_CHECKS)[keyof typeof POLICY_CHECKS]['code'];

/** The catalogue, in the order of verification: decoding here, decoding by Google, the verdict, policy. */
export const PLAY_INTEGRITY_CHECKS: readonly CheckDef<PlayIntegrityErrorCode>[] = [
  ...Object.values(FIELD_CHECKS),
  ...Object.values(TOKEN_CHECKS),
  ...USED_JWS_CHECKS,
  ...Object.values(DECODE_CHECKS),
  ...Object.values(VERDICT_CHECKS),
  ...Object.values(POLICY_CHECKS),
];
