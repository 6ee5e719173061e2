import { base64url, decodeBase64 } from '../../bytes/base64.js';
import { sha256 } from '../../bytes/sha256.js';
import { utf8 } from '../../bytes/utf8.js';
import { AttesterError, type KeyAttester, type Storage } from '../../ports.js';
import { privateKeyOf, publicKeyOf, signES256 } from './ecdsa.js';
import { isRelease } from './release.js';

/** A development key: a private key on P-256 as a JWK (RFC 7518 §6.2.2). */
export interface DevelopmentKey {
  /** `EC` */
  readonly kty?: string | undefined;
  /** `P-256` */
  readonly crv?: string | undefined;
  /** The private number, base64url of 32 bytes. */
  readonly d?: string | undefined;
  /** Only if the server's JWK has the same. */
  readonly kid?: string | undefined;
}

/** What the attester needs. */
export interface DevelopmentOptions {
  /** The private development key. The server has the public half. */
  readonly privateKey: DevelopmentKey;
  /** One of `appIds` of the server. */
  readonly appId: string;
  /** Keeps the key of this installation. */
  readonly storage: Storage;
  /** Random bytes, such as `getRandomBytes` of `expo-crypto`. Default `crypto.getRandomValues`. */
  readonly random?: (length: number) => Uint8Array;
}

/** Seconds for which a token can be sent. */
const LIFETIME = 300;

const HEAD = { alg: 'ES256', typ: 'attestkit-development+jwt' };

/**
 * For simulators and CI: a key in software, which a development key attests. The development key is in the app, so that anyone
 * who has the app can attest any key with it: the server must not accept it in production, and this is refused in release builds.
 *
 * @throws AttesterError `misconfigured` in a release build, or if an option cannot be right
 * @example
 * const privateKey = { kty: 'EC', crv: 'P-256', d: 'yajYRS…' }; // from a file of development builds
 * const attester = developmentAttester({ privateKey, appId: 'com.example.app', storage });
 */
export function developmentAttester(options: DevelopmentOptions): KeyAttester {
  const { appId, storage } = options;
  if (isRelease()) throw misconfigured('developmentAttester is for development: this is a release build');
  const signer = readDevelopmentKey(options.privateKey);
  if (typeof appId !== 'string' || appId === '') throw misconfigured('appId: give the id of the app');
  const random = options.random ?? webRandom();
  const { kid } = options.privateKey;
  const header = part(kid === undefined ? HEAD : { ...HEAD, kid });

  async function load(name: string): Promise<bigint> {
    const text = await storage.get(name).catch((cause: unknown) => {
      throw new AttesterError('tryLater', 'the storage cannot be read', { cause });
    });
    const bytes = typeof text === 'string' ? decodeBase64(text) : undefined;
    const key = bytes && privateKeyOf(bytes);
    if (key === undefined) throw new AttesterError('keyLost', 'the key is not in the storage');
    return key;
  }

  return {
    proof: 'signature',
    async createKey() {
      const bytes = random(32);
      if (privateKeyOf(bytes) === undefined)
        throw new AttesterError('tryLater', 'random: it gave bytes that are not a key');
      const name = `attestkit-development-${base64url(random(16))}`;
      await storage.set(name, base64url(bytes));
      return name;
    },
    async attest(name, { challenge, requestHash }) {
      const point = publicKeyOf(await load(name));
      const jwk = {
        kty: 'EC',
        crv: 'P-256',
        x: base64url(point.subarray(0, 32)),
        y: base64url(point.subarray(32)),
      };
      const exp = Math.floor(Date.now() / 1000) + LIFETIME;
      const claims = { app_id: appId, challenge, request_hash: requestHash, cnf: { jwk }, exp };
      const input = `${header}.${part(claims)}`;
      return { development: `${input}.${base64url(signES256(utf8(input), signer))}` };
    },
    async keyId(name) {
      const point = publicKeyOf(await load(name));
      return base64url(sha256(Uint8Array.from([4, ...point])));
    },
    sign: async (name, text) => base64url(signES256(utf8(text), await load(name))),
    deleteKey: (name) => storage.delete(name),
  };
}

function readDevelopmentKey(jwk: DevelopmentKey | undefined): bigint {
  const { kty, crv, d } = jwk ?? {};
  const bytes = kty === 'EC' && crv === 'P-256' && typeof d === 'string' ? decodeBase64(d) : undefined;
  const key = bytes && privateKeyOf(bytes);
  if (key === undefined)
    throw misconfigured('privateKey: give a private key on P-256 as a JWK, with kty, crv and d');
  return key;
}

function webRandom(): (length: number) => Uint8Array {
  const { crypto } = globalThis as { readonly crypto?: Crypto };
  if (typeof crypto?.getRandomValues !== 'function')
    throw misconfigured('random: crypto.getRandomValues is missing; give getRandomBytes of expo-crypto');
  return (length) => crypto.getRandomValues(new Uint8Array(length));
}

function part(value: object): string {
  return base64url(utf8(JSON.stringify(value)));
}

function misconfigured(message: string): AttesterError {
  return new AttesterError('misconfigured', message);
}
