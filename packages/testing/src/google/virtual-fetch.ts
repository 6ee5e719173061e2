import type { Jwk } from 'attestkit';
import {
  generateKeyPairSync,
  randomBytes,
  verify,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import type { JsonObject } from 'attestkit';
import type { VirtualAppCheck } from './virtual-app-check.js';
import type { VirtualPlayIntegrity } from './virtual-play-integrity.js';

/** The key of a service account, as the Google Cloud console makes it. */
export interface VirtualServiceAccount {
  readonly client_email: string;
  /** PEM, PKCS#8. */
  readonly private_key: string;
}

/** What Google's services know. */
export interface Services {
  readonly playIntegrity: ReadonlyMap<string, readonly VirtualPlayIntegrity[]>;
  /** By the number of the project, and by its id. */
  readonly appCheck: ReadonlyMap<string, readonly VirtualAppCheck[]>;
  readonly revocationList: () => string;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const NOT_FOUND: Reply = { status: 404, body: { error: { code: 404, status: 'NOT_FOUND' } } };
const UNAUTHENTICATED: Reply = { status: 401, body: { error: { code: 401, status: 'UNAUTHENTICATED' } } };

/**
 * Google's services behind a `fetch`: access tokens for the service account and from the metadata server,
 * `decodeIntegrityToken`, `verifyAppCheckToken`, App Check's key set and the revocation list. What else is asked with an access token is answered
 * with 404, and without one with 401.
 */
export function createServices(services: Services): {
  readonly serviceAccount: VirtualServiceAccount;
  readonly fetch: typeof globalThis.fetch;
} {
  // Takes a while, and few tests need it.
  let made: KeyPairKeyObjectResult | undefined;
  const account = () => (made ??= generateKeyPairSync('rsa', { modulusLength: 2048 }));
  const accessToken = randomBytes(24).toString('base64url');
  const answer = (url: URL, body: string, headers: Headers): Reply => {
    switch (`${url.host}${url.pathname}`) {
      case 'oauth2.googleapis.com/token':
        return grant(new URLSearchParams(body), account().publicKey, accessToken);
      case 'metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token':
        return attached(headers.get('metadata-flavor'), accessToken);
      case 'android.googleapis.com/attestation/status':
        return { status: 200, body: JSON.parse(services.revocationList()) as unknown };
      case 'firebaseappcheck.googleapis.com/v1/jwks':
        return { status: 200, body: { keys: keysOf(services) } };
      default:
        if (headers.get('authorization') !== `Bearer ${accessToken}`) return UNAUTHENTICATED;
        return call(url, readObject(body), services);
    }
  };
  return {
    get serviceAccount() {
      return {
        client_email: 'virtual@virtual-project.iam.gserviceaccount.com',
        private_key: account().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { status, body, headers } = answer(new URL(request.url), await request.text(), request.headers);
      return Response.json(body, { status, headers: { 'cache-control': 'max-age=3600', ...headers } });
    },
  };
}

/** An access token for an assertion that the account signed (RFC 7523 §2.1). */
function grant(form: URLSearchParams, key: KeyObject, accessToken: string): Reply {
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const signed = Buffer.from(`${header}.${claims}`);
  const isSound =
    form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' &&
    verify('sha256', signed, key, Buffer.from(signature, 'base64url'));
  if (!isSound) return { status: 400, body: { error: 'invalid_grant' } };
  return { status: 200, body: { access_token: accessToken, token_type: 'Bearer', expires_in: 3599 } };
}

/** An access token of the account that is attached to the machine, for who asks as no browser can. */
function attached(flavor: string | null, accessToken: string): Reply {
  if (flavor !== 'Google') return { status: 403, body: { error: { code: 403 } } };
  const body = { access_token: accessToken, token_type: 'Bearer', expires_in: 3599 };
  return { status: 200, body, headers: { 'metadata-flavor': 'Google' } };
}

/** The two calls that need an access token. */
function call({ host, pathname }: URL, question: JsonObject, services: Services): Reply {
  const [, name = '', method = ''] = /^\/v1(?:beta\/projects)?\/([^/:]+):(\w+)$/.exec(pathname) ?? [];
  const subject = decodeURIComponent(name);
  switch (`${host} ${method}`) {
    case 'playintegrity.googleapis.com decodeIntegrityToken': {
      const apps = services.playIntegrity.get(subject);
      if (apps === undefined) return NOT_FOUND;
      const payload = first(apps, (app) => app.decode(String(question['integrityToken'])));
      if (payload === undefined) return refusal(400, 'INVALID_ARGUMENT');
      return { status: 200, body: { tokenPayloadExternal: payload } };
    }
    case 'firebaseappcheck.googleapis.com verifyAppCheckToken': {
      const apps = services.appCheck.get(subject);
      if (apps === undefined) return NOT_FOUND;
      const consumed = first(apps, (app) => app.consume(String(question['app_check_token'])));
      return consumed === undefined ? refusal(403, 'PERMISSION_DENIED') : { status: 200, body: consumed };
    }
    default:
      return NOT_FOUND;
  }
}

/** A body that is not a JSON object asks for nothing. */
function readObject(body: string): JsonObject {
  try {
    return Object(JSON.parse(body)) as JsonObject;
  } catch {
    return {};
  }
}

function refusal(code: number, status: string): Reply {
  return { status: code, body: { error: { code, status } } };
}

function keysOf({ appCheck }: Services): readonly Jwk[] {
  // Each stands there twice: by number and id.
  return [...new Set([...appCheck.values()].flat())].flatMap(({ jwks }) => jwks.keys);
}

function first<T, R>(all: readonly T[], find: (one: T) => R | undefined): R | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
