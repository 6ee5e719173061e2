import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signJws } from '../../src/kernel/jose/sign-jws.js';
import { deriveKeys, LABELS, readSecrets } from '../../src/sessions/tokens/derived-keys.js';
import { sessionKeys } from '../../src/sessions/tokens/session-signer.js';
import {
  inspectSessionToken,
  looksLikeSession,
  verifySessionToken,
} from '../../src/sessions/tokens/session-token.js';
import { otherTypes, sameType } from '../kernel/support/typ-values.js';
import { refused } from './support/refusal.js';
import { TRUST_FACTS } from './support/trust-facts.js';

const NOW = Date.parse('2026-06-01T12:00:00Z');
const TYP = 'attested-session+jwt';
const SECRETS = readSecrets(randomBytes(48).toString('base64'), 'secret');
const EXPECTED = { keys: sessionKeys('secret', SECRETS).source, now: NOW };
const CLAIMS = {
  type: 'attested_session',
  device_id: 'phone-1',
  iat: NOW / 1000,
  exp: NOW / 1000 + 1800,
  jti: 'jti-1',
  sid: 'AAAAAAAAAAAAAAAAAAAAAA',
  rid: 'BBBBBBBBBBBBBBBBBBBBBB',
  kind: 'appAttest',
  attestation: TRUST_FACTS,
  epoch: [0, 3],
};

/** A session token by the server's own key, but for its type. */
function typed(typ: unknown): string {
  const [derived] = deriveKeys(SECRETS, LABELS.session);
  if (derived === undefined) throw new Error('no key');
  const kid = Buffer.from(derived.id).toString('base64url');
  return signJws(
    { algorithm: 'HS256', key: derived.key },
    { typ, kid } as { typ: string; kid: string },
    CLAIMS,
  );
}

describe('the type of a session token', () => {
  it.each(sameType(TYP))('may be written %j', (typ) => {
    const sent = typed(typ);
    expect(looksLikeSession(sent)).toBe(true);
    expect(verifySessionToken(sent, EXPECTED).tokenId).toBe('jti-1');
    expect(inspectSessionToken(sent, EXPECTED).verdict).toBe('pass');
  });

  it.each(otherTypes(TYP))('is not %j', (typ) => {
    const sent = typed(typ);
    const code = 'ERR_SESSION_TYPE_MISMATCH';
    expect(looksLikeSession(sent)).toBe(false);
    expect(refused(() => verifySessionToken(sent, EXPECTED))).toBe(code);
    expect(inspectSessionToken(sent, EXPECTED)).toMatchObject({ verdict: 'fail', code });
  });
});
