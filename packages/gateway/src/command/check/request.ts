import type { AttestedRequest } from 'attestkit';
import { UsageError } from '../arguments.js';

/** A request as it is written on the command line. */
export interface WrittenRequest {
  readonly method: string;
  readonly target: string;
  /** In lower case, without port and dot at the end; undefined if it was not given. */
  readonly host: string | undefined;
  readonly fields: AttestedRequest['fields'];
}

/** @throws UsageError @param request `POST /v1/x` @param headers `Name: value` each */
export function requestOf(
  request: string,
  host: string | undefined,
  headers: readonly string[],
): WrittenRequest {
  const [, method = '', target = ''] = /^([A-Za-z]+) (\S.*)$/.exec(request) ?? [];
  if (method === '')
    throw new UsageError(`--request '${request}' is not a method and a target, such as 'POST /v1/transfers'`);
  const lines = headers.map((header) => {
    const [, name = '', value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(header) ?? [];
    if (name === '') throw new UsageError("--header is not a name and a value: 'Approov-Token: eyJ…'");
    // The bytes as they were typed, one character each, as a server sees a field's value.
    return { name: name.toLowerCase(), value: Buffer.from(value).toString('latin1') };
  });
  return {
    method: method.toUpperCase(),
    target,
    host: host?.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, ''),
    fields: (wanted) => lines.flatMap(({ name, value }) => (name === wanted ? [value] : [])),
  };
}
