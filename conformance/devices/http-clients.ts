import { parsed, post, type Issued } from './device.js';
import { fieldOf, type FieldLine, type Send, type WireRequest, type WireResponse } from '../wire/message.js';

/** Sends a request as an app does that knows nothing of this library: its HTTP client adds the token, and renews it. */
export type Client = (request: WireRequest) => Promise<WireResponse>;

/** The schemes in `WWW-Authenticate`, which can have several in one field (RFC 9110 §11.6.1). */
export function schemesOf(response: WireResponse): readonly string[] {
  const unquoted = fieldOf(response, 'www-authenticate')?.replaceAll(/"(\\.|[^"\\])*"/g, '""') ?? '';
  return [...unquoted.matchAll(/(?:^|,)\s*([\w-]+)\s+(?=[\w-]+=)/g)].map(([, scheme = '']) => scheme);
}

function withToken(request: WireRequest, { session_token }: Issued): WireRequest {
  if (session_token === '') return request;
  const field: FieldLine = ['Authorization', `Bearer ${session_token}`];
  return { ...request, headers: [...(request.headers ?? []), field] };
}

async function refreshed(send: Send, { refresh_token }: Issued): Promise<Issued | undefined> {
  const answer = await send(post('refresh', { refresh_token }));
  return answer.status === 200 ? parsed<Issued>(answer) : undefined;
}

/** OkHttp: an interceptor adds the token, and an `Authenticator` is asked after each 401 what to send instead. */
export function okHttpLike(send: Send, issued: Issued): Client {
  let tokens = issued;
  const authenticate = async (request: WireRequest, response: WireResponse, retries: number) => {
    if (retries > 0 || !schemesOf(response).includes('Bearer')) return undefined;
    const next = await refreshed(send, tokens);
    return next && withToken(request, (tokens = next));
  };
  return async (request) => {
    let response = await send(withToken(request, tokens));
    for (let retries = 0; response.status === 401; retries += 1) {
      const instead = await authenticate(request, response, retries);
      if (instead === undefined) break;
      response = await send(instead);
    }
    return response;
  };
}

/** Ktor: `bearer { loadTokens { … } refreshTokens { … } }`, one refresh at a time for all requests. */
export function ktorLike(send: Send, kept: Issued): Client {
  let loaded: Issued | undefined;
  let refreshing: Promise<Issued | undefined> | undefined;
  const refreshTokens = async (): Promise<Issued | undefined> => {
    const next = await refreshed(send, loaded ?? kept);
    refreshing = undefined;
    if (next !== undefined) loaded = next;
    return next;
  };
  return async (request) => {
    loaded ??= kept;
    const response = await send(withToken(request, loaded));
    const schemes = schemesOf(response);
    if (response.status !== 401 || (schemes.length > 0 && !schemes.includes('Bearer'))) return response;
    const next = await (refreshing ??= refreshTokens());
    return next === undefined ? response : send(withToken(request, next));
  };
}
