import { authorization, mintToken } from '../tokens/fixtures.js';
import { CONNECTIONS, type RequestOf } from './load.js';

/** Of the routes below `/v1`. */
const TARGET = '/v1/shapes?color=red';
const HOST = 'api.example.com';

/** What a proxy adds to the client's own lines when it asks. */
const QUESTIONS = {
  'forward-auth': ['X-Forwarded-Method: GET', `X-Forwarded-Uri: ${TARGET}`],
  // As `print-config nginx` writes it, with the id of nginx's request.
  'auth-request': [
    'X-Original-Method: GET',
    `X-Original-URI: ${TARGET}`,
    'X-Request-Id: 5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e',
  ],
} as const;
const OF_QUESTIONS = [
  `X-Forwarded-Host: ${HOST}`,
  'X-Forwarded-Proto: https',
  'X-Forwarded-For: 203.0.113.7',
];

/** The lines of a request of an app, beside `Host`: one app on each connection, with a token of its own. */
export type AppLines = readonly string[];

/** As an app sends its token until it expires, beside what the API wants to know of its user. */
export function appLines(): AppLines[] {
  return Array.from({ length: CONNECTIONS }, () => [
    'User-Agent: example/4.2.0 (iPhone; iOS 26.1)',
    'Accept: application/json',
    'Accept-Encoding: gzip, deflate, br',
    'Accept-Language: en',
    `Approov-Token: ${mintToken('HS256')}`,
    `Authorization: ${authorization}`,
  ]);
}

/** Each connection sends the same bytes again and again: to the floor, to peers and to the gateway. */
export function questions(convention: keyof typeof QUESTIONS, apps: readonly AppLines[]): RequestOf {
  return repeating(
    apps.map((lines) =>
      head(`GET /authz/${convention}`, 'gateway', [...QUESTIONS[convention], ...OF_QUESTIONS, ...lines]),
    ),
  );
}

export function requests(apps: readonly AppLines[]): RequestOf {
  return repeating(apps.map((lines) => head(`GET ${TARGET}`, HOST, lines)));
}

function repeating(heads: readonly Buffer[]): RequestOf {
  return (connection) => heads[connection] as Buffer;
}

export function head(first: string, host: string, lines: readonly string[], body = ''): Buffer {
  return Buffer.from([`${first} HTTP/1.1`, `Host: ${host}`, ...lines, '', body].join('\r\n'), 'latin1');
}

/** The request that `guard.check` gets of them. */
export function checked(apps: readonly AppLines[]): object {
  return { target: TARGET, heads: apps.map((lines) => [`Host: ${HOST}`, ...lines]) };
}
