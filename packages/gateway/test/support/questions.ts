import { raw } from './gateway.js';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case, in their order. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Reads one answer, and nothing behind it. */
export function readAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...rest] = text.slice(0, end).split('\r\n');
  const lines = rest.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  return {
    status: Number(first.split(' ')[1]),
    lines,
    headers: Object.fromEntries(lines),
    body: text.slice(end + 4),
  };
}

/** Sends a head, and gives the answer. @param lines of the head; `Connection: close` is added. @param first the request line */
export async function ask(
  url: string,
  first: string,
  lines: readonly string[],
  body = '',
): Promise<RawAnswer> {
  const head = [first, ...lines, 'Connection: close'].map((line) => `${line}\r\n`).join('');
  const bytes = Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), Buffer.from(body)]);
  return readAnswer(await raw(url, bytes));
}

/** A request that a client sends to the proxy. */
export interface Asked {
  readonly method?: string;
  readonly target?: string;
  readonly host?: string;
  readonly scheme?: string;
  readonly address?: string;
  /** Lines as the client sent them. */
  readonly lines?: readonly string[];
  readonly body?: string;
}

type Told = Required<Omit<Asked, 'lines' | 'body'>>;

const DEFAULT: Told = {
  method: 'GET',
  target: '/v1/x',
  host: 'api.example.com',
  scheme: 'https',
  address: '203.0.113.7',
};

/** How proxies ask, by convention: the lines of a question about a request. */
export const questionOf = {
  'auth-request': (asked: Asked = {}): [string, string[]] => {
    const { method, target, host, scheme, address } = { ...DEFAULT, ...asked };
    return [
      'GET /authz/auth-request HTTP/1.1',
      [
        'Host: gateway',
        `X-Original-URI: ${target}`,
        `X-Original-Method: ${method}`,
        `X-Forwarded-Host: ${host}`,
        `X-Forwarded-Proto: ${scheme}`,
        `X-Forwarded-For: ${address}`,
        ...(asked.lines ?? []),
      ],
    ];
  },
  'forward-auth': (asked: Asked = {}): [string, string[]] => {
    const { method, target, host, scheme, address } = { ...DEFAULT, ...asked };
    return [
      'GET /authz/forward-auth HTTP/1.1',
      [
        'Host: gateway',
        `X-Forwarded-Uri: ${target}`,
        `X-Forwarded-Method: ${method}`,
        `X-Forwarded-Host: ${host}`,
        `X-Forwarded-Proto: ${scheme}`,
        `X-Forwarded-For: ${address}`,
        ...(asked.lines ?? []),
      ],
    ];
  },
  'ext-authz': (asked: Asked = {}): [string, string[]] => {
    const { method, target, host, scheme, address } = { ...DEFAULT, ...asked };
    return [
      `${method} /authz/ext-authz${target} HTTP/1.1`,
      [
        `Host: ${host}`,
        `X-Forwarded-Proto: ${scheme}`,
        `X-Forwarded-For: ${address}`,
        ...(asked.lines ?? []),
      ],
    ];
  },
} as const;

export type HttpConvention = keyof typeof questionOf;
export const HTTP_CONVENTIONS = Object.keys(questionOf) as readonly HttpConvention[];

/** Asks by a convention. */
export async function question(
  url: string,
  convention: HttpConvention,
  asked: Asked = {},
): Promise<RawAnswer> {
  const [first, lines] = questionOf[convention](asked);
  return await ask(url, first, lines, asked.body);
}
