import type { RequestCase } from './request-case.js';

/** The request as a line for a shell. */
export function curlLine(base: string, { method, path, headers, body }: RequestCase): string {
  const verb = method === 'GET' ? '' : method === 'HEAD' ? ' --head' : ` -X ${method}`;
  const fields = headers.map(
    ([name, value]) => ` -H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`,
  );
  const data = body === undefined ? '' : ` --data-raw ${quoted(body)}`;
  return `curl -i${verb}${fields.join('')}${data} ${quoted(base + path)}`;
}

/** What the server has to answer, in words. */
export function expectation({ expect: { status, body, oneOf } }: RequestCase): string {
  return [status, oneOf?.join(' or ') ?? body ?? ''].join(' ').trimEnd();
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
