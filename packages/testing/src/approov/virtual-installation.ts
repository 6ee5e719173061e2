import { createHash, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { JsonObject } from 'attestkit';
import { ConfigurationError } from 'attestkit/errors';
import { mintApproovToken } from './mint-token.js';

/** The labels that a line of the SDK signs under, and how it writes the bytes of a signature. */
interface SdkLine {
  readonly labels: readonly ('install' | 'account')[];
  readonly encoding: 'raw' | 'der';
  readonly write: (bytes: Buffer) => string;
}

const asBytes = (bytes: Buffer): string => `:${bytes.toString('base64')}:`;
const asText = (bytes: Buffer): string => `"${bytes.toString('base64')}"`;

/** Read from the published sources of each line (approov-service-okhttp, -urlsession, -flutter-httpclient, -react-native). */
const LINES = {
  'android-3.5': { labels: ['install'], encoding: 'raw', write: asText },
  android: { labels: ['install', 'account'], encoding: 'raw', write: asBytes },
  ios: { labels: ['install'], encoding: 'raw', write: asBytes },
  flutter: { labels: ['install'], encoding: 'raw', write: asBytes },
  'react-native-3.5.8': { labels: ['install'], encoding: 'der', write: asText },
  'react-native': { labels: ['install'], encoding: 'raw', write: asBytes },
} as const satisfies Record<string, SdkLine>;

/** A line of Approov's SDK, by its platform: the current one, or an older one with its version. */
export type ApproovSdk = keyof typeof LINES;

/** Every line of the SDK that a virtual installation can have. */
export const APPROOV_SDKS: readonly ApproovSdk[] = Object.keys(LINES) as ApproovSdk[];

/** An installation of an app to be made for tests. */
export interface VirtualInstallationOptions {
  /** The account secret in base64, which its tokens are signed with. */
  readonly secretBase64: string;
  /** The account's message signing key in base64. Default: no account signature. */
  readonly accountKeyBase64?: string;
  /** Default `ios`. */
  readonly sdk?: ApproovSdk;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** A request that the SDK signs. */
export interface ApproovRequest {
  readonly method: string;
  /** As the app calls it: `https://api.example.com/v1/transfers?x=1`. */
  readonly url: string;
  /** Fields of the request beside those of the SDK, by their names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default none. */
  readonly body?: Uint8Array;
}

/** A virtual installation: its key, its tokens, and the requests that its SDK signs. */
export interface VirtualInstallation {
  /** A token that names the installation's key. @param claims beside, or instead of, the default ones */
  token(claims?: JsonObject): string;
  /**
   * The request's fields with those that the SDK adds: the token, the digest of a body, and the signature.
   *
   * @param claims of the token
   */
  sign(request: ApproovRequest, claims?: JsonObject): Record<string, string>;
}

/** Seconds that the SDK's signatures live. */
const LIFETIME = 15;

/** Fields that the SDK covers if the request has them, in its order. */
const OPTIONAL = ['authorization', 'content-length', 'content-type'];

/**
 * Makes an installation whose SDK signs requests as the named line does, with its default components.
 *
 * @throws ConfigurationError naming `sdk`
 * @example
 * const phone = createVirtualInstallation({ secretBase64, sdk: 'android' });
 * const headers = phone.sign({ method: 'GET', url: 'https://api.example.com/v1/shapes' });
 */
export function createVirtualInstallation(options: VirtualInstallationOptions): VirtualInstallation {
  const { secretBase64, accountKeyBase64, sdk = 'ios', now = Date.now } = options;
  if (!Object.hasOwn(LINES, sdk))
    throw new ConfigurationError('sdk', 'is not known', `Give one of ${APPROOV_SDKS.join(', ')}.`);
  const line: SdkLine = LINES[sdk];
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ipk = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const token = (claims: JsonObject = {}): string =>
    mintApproovToken({ secretBase64, claims: { ipk, ...claims }, now: now() });
  return {
    token,
    sign: ({ method, url, headers = {}, body }, claims) => {
      const fields: Record<string, string> = { ...headers, 'approov-token': token(claims) };
      if (body !== undefined)
        fields['content-digest'] = `sha-256=${asBytes(createHash('sha256').update(body).digest())}`;
      const covered = ['@method', '@target-uri', 'approov-token', ...OPTIONAL, 'content-digest'].filter(
        (name) => name.startsWith('@') || fields[name] !== undefined,
      );
      const values = covered.map((name) => {
        const value = name === '@method' ? method : name === '@target-uri' ? url : fields[name];
        return `"${name}": ${value}`;
      });
      const created = Math.floor(now() / 1000);
      const signatures = line.labels.flatMap((label) => {
        const algorithm = label === 'install' ? 'ecdsa-p256-sha256' : 'hmac-sha256';
        const times = `created=${created};expires=${created + LIFETIME}`;
        const input = `(${covered.map((name) => `"${name}"`).join(' ')});alg="${algorithm}";${times}`;
        const base = [...values, `"@signature-params": ${input}`].join('\n');
        const bytes =
          label === 'install'
            ? signedBy(privateKey, base, line.encoding)
            : accountKeyBase64 && macBy(accountKeyBase64, base);
        return bytes ? [{ input: `${label}=${input}`, signature: `${label}=${line.write(bytes)}` }] : [];
      });
      fields['signature-input'] = signatures.map(({ input }) => input).join(', ');
      fields['signature'] = signatures.map(({ signature }) => signature).join(', ');
      return fields;
    },
  };
}

function signedBy(key: KeyObject, base: string, encoding: SdkLine['encoding']): Buffer {
  const dsaEncoding = encoding === 'raw' ? 'ieee-p1363' : 'der';
  return sign('sha256', Buffer.from(base), { key, dsaEncoding });
}

function macBy(keyBase64: string, base: string): Buffer {
  return createHmac('sha256', Buffer.from(keyBase64, 'base64')).update(base).digest();
}
