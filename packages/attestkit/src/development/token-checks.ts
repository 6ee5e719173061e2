import { jwtChecks, type JwtChecks } from '../kernel/jose/jwt-checks.js';

/** Checks of every JWT; of them all but two are used, since the development token names neither issuer nor audience. */
export const TOKEN_CHECKS: JwtChecks<'DEVELOPMENT'> = jwtChecks(
  'DEVELOPMENT',
  'the development token',
  'untrusted',
);

const { issuer: _issuer, audience: _audience, ...used } = TOKEN_CHECKS;

/** Those that are used, in the order of verification. */
export const USED_TOKEN_CHECKS: Omit<JwtChecks<'DEVELOPMENT'>, 'issuer' | 'audience'> = used;
