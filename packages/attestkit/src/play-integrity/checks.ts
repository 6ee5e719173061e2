import { catalog } from '../kernel/catalog.js';
import { DECODE_CHECKS, FIELD_CHECKS } from './token/decode-checks.js';
import { TOKEN_CHECKS, USED_JWS_CHECKS } from './token/token-checks.js';
import { POLICY_CHECKS, VERDICT_CHECKS } from './verdict/verdict-checks.js';

/** The catalog, in the order of verification: decoding here, decoding by Google, the verdict, policy. */
export const PLAY_INTEGRITY_CHECKS = catalog(
  FIELD_CHECKS,
  TOKEN_CHECKS,
  USED_JWS_CHECKS,
  DECODE_CHECKS,
  VERDICT_CHECKS,
  POLICY_CHECKS,
);
