import { createHash, createHmac } from 'node:crypto';

/**
 * The dummy secret of Approov's public quickstarts, for examples on the loopback interface: everybody knows it.
 */
export const PUBLISHED_SECRET =
  'h+CX0tOzdAAR9l15bWAqvq7w9olk66daIH+Xk+IAHhVVHszjDzeGobzNnqyRze3lw/WVyWrc2gZfh3XXfBOmww==';

/** 2100-01-01: a request that is written down has to work for long. A real token lives for minutes. */
export const FAR = 4_102_444_800;

/** 2019-04-12. */
export const PAST = 1_555_083_349;

const key = Buffer.from(PUBLISHED_SECRET, 'base64');

/** What a token is made of; each part can be wrong. */
interface Parts {
  readonly header?: Readonly<Record<string, unknown>>;
  /** Text is signed as it is. */
  readonly claims?: Readonly<Record<string, unknown>> | string;
  readonly key?: Buffer;
  readonly hash?: 'sha256' | 'sha384' | 'sha512';
}

/**
 * Signs a token. The requests do not use the library's own test kit, so that they cannot share a mistake with the
 * code that they are sent to.
 */
export function token(parts: Parts = {}): string {
  const { header = { typ: 'JWT', alg: 'HS256' }, claims = { exp: FAR }, hash = 'sha256' } = parts;
  const payload = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const input = `${base64url(JSON.stringify(header))}.${base64url(payload)}`;
  const signature = createHmac(hash, parts.key ?? key).update(input);
  return `${input}.${signature.digest('base64url')}`;
}

/** A token that is bound to a value: its claim `pay` is base64(SHA-256(value)). */
export function boundTo(value: string): string {
  return token({ claims: { exp: FAR, pay: sha256(value) } });
}

/** base64(SHA-256(value)). */
export function sha256(value: string): string {
  return createHash('sha256').update(value).digest('base64');
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** A user's `Authorization`. */
export const CREDENTIAL = 'Bearer the-credential-of-a-user';

export const VALID = token();

/** Bound to `CREDENTIAL`. */
export const BOUND = boundTo(CREDENTIAL);

/** The private key of the installation that signs the requests: as public as the secret. */
export const SIGNING_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'qpxJ79zIiWZSH1fTPcrjaTGHxF9_-EtjnJ2omcyUesQ',
  y: 'RtVLImFu_3vt9-b6Hp4u1Ma-k3B6b3YJxaud7rNleLk',
  d: 'wg4u8R4q11Yr-p_dMrq9TTw5i70utljq1MkBG9FoV2Y',
};

/** A token that names the installation with that key: its claim `ipk` is base64(SubjectPublicKeyInfo). */
export const SIGNER = token({
  claims: {
    exp: FAR,
    ipk: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqpxJ79zIiWZSH1fTPcrjaTGHxF9/+EtjnJ2omcyUesRG1UsiYW7/e+335voeni7Uxr6TcHpvdgnFq53us2V4uQ==',
  },
});

/** A token of another installation. */
export const ANOTHER_SIGNER = token({
  claims: {
    exp: FAR,
    ipk: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHW4P9AfPezWY1ozWSqv35lZ0yYCVOrKDGUNkpDTVn5HmlYYyOuJt+JXtVz9Ou2j+/Zyb4KL/vvnPl7GHI5Dn1A==',
  },
});

export const EXPIRED = token({ claims: { exp: PAST } });
