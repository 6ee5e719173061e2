/** One thing that a client sends. */
export interface Case {
  readonly name: string;
  /** Latin-1. `CASE` stands for a line that names the case, `TOKEN` for the value of a genuine token. */
  readonly bytes: string;
}

export interface Parts {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  /** The whole line; empty for none. */
  readonly host?: string;
  readonly more?: readonly string[];
  readonly close?: boolean;
  readonly body?: string;
}

export function request({
  method = 'GET',
  target = '/v1/x',
  version = 'HTTP/1.1',
  host = 'Host: api.example.com',
  more = [],
  close = true,
  body = '',
}: Parts): string {
  const first = [`${method} ${target} ${version}`, ...(host === '' ? [] : [host]), 'CASE'];
  return `${[...first, ...more, ...(close ? ['Connection: close'] : [])].join('\r\n')}\r\n\r\n${body}`;
}
