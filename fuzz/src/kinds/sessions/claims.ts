// Why this exists: the claims of session tokens, and a second reading of what makes them acceptable.
import { isObject } from '../../readers/json.js';
import { SECONDS } from '../../run/now.js';
import type { Random } from '../../run/random.js';

/** The device that the tokens are for. */
export const DEVICE = 'device-1';

/** Issuer and audience. */
export const ISSUER = 'https://api.example.com';

/** The claims of a session token. */
export const CLAIMS = {
  type: 'attested_session',
  device_id: DEVICE,
  iat: SECONDS - 10,
  exp: SECONDS + 1790,
  jti: 'AAAAAAAAAAAAAAAAAAAAAA',
  sid: 'BBBBBBBBBBBBBBBBBBBBBB',
  rid: 'CCCCCCCCCCCCCCCCCCCCCC',
  kind: 'appAttest',
  attestation: {
    platform: 'ios',
    app_id: 'TEAMID1234.com.example.app',
    environment: 'production',
    attested_at: 1_795_000_000,
    facts: {},
  },
  cnf: { jkt: 'DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD' },
  iss: ISSUER,
  aud: ISSUER,
};

const VALUES = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 32,
  SECONDS,
  SECONDS + 1,
  SECONDS - 1,
  1e300,
  '',
  'x',
  'a b',
  'ü',
  'x'.repeat(129),
  [],
  [0],
  [0, 0, 0],
  [0, -1],
  [0, 2 ** 32],
  ['0', '0'],
  {},
  { jkt: '' },
  { jkt: 'x', ip: 'x' },
  { ip: 1 },
  { ua: 'x' },
  'attested_session',
  'https://api.example.com',
];

/** The claims with odd values; now and then they stay as they are. */
export function oddClaims(random: Random): Record<string, unknown> {
  const claims: Record<string, unknown> = { ...CLAIMS };
  const names = [...Object.keys(CLAIMS), 'sub', 'bnd', 'nbf', 'x'];
  for (let left = random.below(3); left > 0; left -= 1) claims[random.pick(names)] = random.pick(VALUES);
  if (!random.oneIn(3)) return claims;
  const member = random.pick([...Object.keys(CLAIMS.attestation), 'integrity', 'virtual', 'x']);
  const value = random.pick([...VALUES, 'hardware']);
  return { ...claims, attestation: { ...CLAIMS.attestation, [member]: value } };
}

/** Whether a token with these claims and a good signature may be accepted. */
export function isSession(claims: Record<string, unknown>): boolean {
  const { type, device_id, iat, exp, nbf, jti, sid, rid, kind, attestation, cnf, sub, bnd, iss, aud } =
    claims;
  const [service] = [CLAIMS.iss];
  const isFor = aud === service || (Array.isArray(aud) && aud.includes(service));
  if (type !== CLAIMS.type || iss !== service || !isFor) return false;
  for (const time of [iat, exp, nbf ?? 0])
    if (typeof time !== 'number' || !Number.isFinite(time)) return false;
  if (nbf === null || Number(exp) <= SECONDS || Number(nbf ?? 0) > SECONDS) return false;
  if (![device_id, jti, sid, rid, kind].every(isName) || !isAttestation(attestation)) return false;
  if (cnf !== undefined && !(isObject(cnf) && isName(cnf['jkt']))) return false;
  if (sub !== undefined && (typeof sub !== 'string' || sub === '')) return false;
  if (bnd === undefined) return true;
  return isObject(bnd) && [bnd['ip'], bnd['ua']].every((each) => each === undefined || isName(each));
}

/** The facts about the evidence behind a session. */
function isAttestation(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { platform, app_id, environment, integrity, attested_at, virtual, facts } = value;
  const steps = [undefined, 'app', 'basic', 'device', 'hardware'];
  const isNamed = [platform, app_id, environment].every((each) => typeof each === 'string');
  if (!isNamed || !steps.some((step) => step === integrity) || !isObject(facts)) return false;
  return (
    typeof attested_at === 'number' &&
    Number.isFinite(attested_at) &&
    [undefined, true].includes(virtual as never)
  );
}

function isName(value: unknown): boolean {
  return (
    typeof value === 'string' && value.length >= 1 && value.length <= 128 && !/[^A-Za-z0-9._:-]/.test(value)
  );
}
