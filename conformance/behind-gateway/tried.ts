import { sentHeaders, type RequestCase } from '@attestkit/examples/requests';
import { expect } from 'vitest';
import { fieldOf } from '../wire/message.js';
import { sendHttp1 } from '../wire/http1.js';

/** Sends a request to a port as the case says, and compares the answer. Flask ends its JSON with a line feed. */
export async function tryCase(port: number, each: RequestCase): Promise<void> {
  const { method, path, body, expect: expected } = each;
  const headers = await sentHeaders(each, `http://127.0.0.1:${port}`);
  const response = await sendHttp1(port, {
    method,
    target: path,
    headers: [['Host', `127.0.0.1:${port}`], ...headers],
    ...(body !== undefined && { body: Buffer.from(body) }),
  });
  const text = response.body.replace(/\n$/, '');
  expect(response.status).toBe(expected.status);
  if (expected.body !== undefined) expect(text).toBe(expected.body);
  if (expected.oneOf !== undefined) expect(expected.oneOf).toContain(text);
  if (expected.body !== undefined || expected.oneOf !== undefined)
    expect(fieldOf(response, 'content-type')).toMatch(/^application\/json($|;)/);
}
