import { generateKeyPairSync, verify } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { GoogleOptions } from '../../../src/net/google/index.js';
import { jwksServer, type JwksServer } from './jwks-server.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
export const EMAIL = 'verifier@example-id.iam.gserviceaccount.com';

/** The key file of the account, as the console makes it. */
export const FILE = {
  type: 'service_account',
  project_id: 'example-id',
  private_key_id: 'key-1',
  private_key: PEM,
  client_email: EMAIL,
  client_id: '1',
  universe_domain: 'googleapis.com',
};

/** One question as the fake saw it. */
export interface Asked {
  readonly method: string | undefined;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface GoogleServer extends JwksServer {
  /** Requests for an access token, and all others. */
  readonly grants: Asked[];
  readonly asked: Asked[];
  /** What is answered next; the last one for ever. */
  grant: RequestListener;
  answers: readonly RequestListener[];
  readonly options: GoogleOptions;
}

/** A fake of Google: gives access tokens `access-1`, `access-2` …, and the answers in turn. */
export async function googleServer(...answers: readonly RequestListener[]): Promise<GoogleServer> {
  const grants: Asked[] = [];
  const asked: Asked[] = [];
  const server = await jwksServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url = '', headers } = request;
      const seen = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      if (url === '/token') {
        grants.push(seen);
        google.grant(request, response);
      } else {
        asked.push(seen);
        google.answers[Math.min(asked.length, google.answers.length) - 1]?.(request, response);
      }
    });
  });
  const base = server.url.replace('/keys', '');
  const grant: RequestListener = (_request, response) =>
    json({ access_token: `access-${grants.length}`, expires_in: 3600, token_type: 'Bearer' })(
      _request,
      response,
    );
  const options: GoogleOptions = {
    serviceAccount: { ...FILE, token_uri: `${base}/token` },
    endpoint: base,
    timeoutMs: 3000,
  };
  const google: GoogleServer = Object.assign(server, { grants, asked, grant, answers, options });
  return google;
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
}

/** An answer of 200 with this text. */
export function raw(text: string): RequestListener {
  return (_request, response) => void response.writeHead(200).end(text);
}

/** An error as Google words it. */
export function refused(status: number, headers: Record<string, string> = {}): RequestListener {
  return json(
    { error: { code: status, status: 'X', message: 'secret words of the answer' } },
    status,
    headers,
  );
}

/** Never answers. */
export const silent = (_request: IncomingMessage, _response: ServerResponse): void => undefined;

/** The claims of an assertion, where it is signed by the account's key with RS256. */
export function assertionIn({ body }: Asked): { header: object; claims: Record<string, unknown> } {
  const form = new URLSearchParams(body);
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const isGenuine = verify(
    'sha256',
    Buffer.from(`${header}.${claims}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  if (!isGenuine) throw new Error('the assertion is not signed by the account');
  const read = (part: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  return { header: read(header), claims: read(claims) };
}
