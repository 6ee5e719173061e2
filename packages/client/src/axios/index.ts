import type { Client } from '../create-client.js';
import type { Signed } from '../requests/send.js';

/** What axios hands to an adapter, as far as it is read here: axios has already serialized the body. */
export interface AxiosConfigLike {
  readonly baseURL?: string | undefined;
  readonly url?: string | undefined;
  readonly method?: string | undefined;
  readonly params?: unknown;
  readonly paramsSerializer?: unknown;
  readonly headers?: { toJSON?(): Record<string, unknown> } | undefined;
  readonly data?: unknown;
  readonly responseType?: string | undefined;
  readonly signal?: unknown;
  /** Milliseconds until the answer is there. 0, and none, for no limit. */
  readonly timeout?: number | undefined;
  readonly validateStatus?: ((status: number) => boolean) | null | undefined;
  /** Signs the request; the same as `signed` of `client.fetch`. */
  readonly signed?: Signed | undefined;
}

/** What an adapter gives back. */
export interface AxiosResponseLike {
  readonly data: unknown;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Record<string, string>;
  readonly config: never;
  readonly request: undefined;
}

/** What is called of axios. */
export interface AxiosLike {
  getUri(config: never): string;
  readonly AxiosError: new (
    message: string,
    code: string | undefined,
    config: never,
    request: undefined,
    response: never,
  ) => Error;
}

/**
 * An adapter for axios: requests go through the client, after axios has made the bytes of the body.
 *
 * @example
 * import axios from 'axios';
 * declare module 'axios' {
 *   interface AxiosRequestConfig {
 *     signed?: boolean | 'challenge';
 *   }
 * }
 * const http = axios.create({ baseURL: 'https://api.example.com', adapter: axiosAdapter(client, axios) });
 * await http.post('/transfers', transfer, { signed: true });
 */
export function axiosAdapter(
  client: Pick<Client, 'fetch'>,
  axios: AxiosLike,
): (config: AxiosConfigLike) => Promise<AxiosResponseLike> {
  return async (config) => {
    const { signal, isLate, end } = limited(config);
    try {
      return await sent(config, signal);
    } catch (error) {
      if (!isLate()) throw error;
      const message = `timeout of ${config.timeout}ms exceeded`;
      throw new axios.AxiosError(message, 'ECONNABORTED', config as never, undefined, undefined as never);
    } finally {
      end();
    }
  };

  async function sent(config: AxiosConfigLike, signal: AbortSignal | undefined): Promise<AxiosResponseLike> {
    const response = await client.fetch(axios.getUri(config as never), {
      method: (config.method ?? 'get').toUpperCase(),
      headers: headersOf(config),
      signed: config.signed ?? false,
      ...(config.data !== undefined && config.data !== null && { body: config.data as BodyInit }),
      ...(signal !== undefined && { signal }),
    });
    const answer: AxiosResponseLike = {
      data: await dataOf(response, config.responseType),
      status: response.status,
      statusText: response.statusText,
      headers: fieldsOf(response),
      config: config as never,
      request: undefined,
    };
    const { validateStatus } = config;
    if (typeof validateStatus !== 'function' || validateStatus(response.status)) return answer;
    const code = response.status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE';
    const message = `Request failed with status code ${response.status}`;
    throw new axios.AxiosError(message, code, config as never, undefined, answer as never);
  }
}

interface Limited {
  readonly signal: AbortSignal | undefined;
  readonly isLate: () => boolean;
  readonly end: () => void;
}

/** The app's own signal, and its limit of time. */
function limited({ signal, timeout = 0 }: AxiosConfigLike): Limited {
  const own = signal as AbortSignal | undefined;
  if (!(timeout > 0) || typeof AbortController === 'undefined')
    return { signal: own, isLate: () => false, end: () => undefined };
  const controller = new AbortController();
  let isLate = false;
  const stop = (): void => controller.abort(own?.reason);
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, timeout);
  if (own?.aborted === true) stop();
  own?.addEventListener('abort', stop);
  const end = (): void => {
    clearTimeout(timer);
    own?.removeEventListener('abort', stop);
  };
  return { signal: controller.signal, isLate: () => isLate, end };
}

function headersOf({ headers }: AxiosConfigLike): Record<string, string> {
  const given = headers?.toJSON?.() ?? {};
  const texts = Object.entries(given).filter(
    ([, value]) => value !== undefined && value !== null && value !== false,
  );
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value)]));
}

function fieldsOf(response: Response): Record<string, string> {
  const fields: Record<string, string> = {};
  response.headers.forEach((value, name) => (fields[name] = value));
  return fields;
}

/** JSON stays text: axios reads it in its own `transformResponse`. */
async function dataOf(response: Response, type: string | undefined): Promise<unknown> {
  if (type === 'arraybuffer') return await response.arrayBuffer();
  if (type === 'blob') return await response.blob();
  if (type === 'stream') return response.body;
  return await response.text();
}
