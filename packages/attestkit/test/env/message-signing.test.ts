import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { createVirtualInstallation } from 'attestkit-testing/approov';
import { guardFromEnv } from '../../src/env/index.js';
import type { GuardFromEnvOptions } from '../../src/env/index.js';

const secretBase64 = randomBytes(64).toString('base64');
const BASE = 'https://api.example.com';
const phone = createVirtualInstallation({ secretBase64 });

async function linesOf(
  fields: Readonly<Record<string, string>>,
  messageSigning: GuardFromEnvOptions['messageSigning'] = { baseUrl: BASE },
): Promise<readonly string[]> {
  const lines: string[] = [];
  const guard = guardFromEnv({
    env: { APPROOV_BASE64_SECRET: secretBase64 },
    messageSigning,
    log: (line) => lines.push(line),
  });
  const request = {
    method: 'GET',
    target: '/v1/items',
    fields: (name: string) => [fields[name] ?? []].flat(),
    body: async () => new Uint8Array(),
  };
  await guard.check(request, guard.route({ messageSigning: true }));
  return lines;
}

const signed = phone.sign({ method: 'GET', url: `${BASE}/v1/items` });

it('a signed request is logged as one', async () => {
  expect(await linesOf(signed)).toEqual([
    'ACCEPTED REQUEST WITH VALID APPROOV TOKEN',
    'ACCEPTED REQUEST WITH VALID MESSAGE SIGNATURE',
  ]);
});

it('a request that is signed for another URL is logged with the reason, and that its token is valid', async () => {
  const other = phone.sign({ method: 'GET', url: `${BASE}/v1/others` });
  expect(await linesOf(other)).toEqual([
    'ACCEPTED REQUEST WITH VALID APPROOV TOKEN',
    'REJECTED REQUEST WITHOUT A VALID MESSAGE SIGNATURE',
    'ERR_APPROOV_SIGNATURE_INVALID: the message signature is not by the expected key over this request',
  ]);
});

it('a token without a key is logged, if the policy accepts it', async () => {
  const failover = { 'approov-token': phone.token({ ipk: undefined } as never) };
  expect(await linesOf(failover, { baseUrl: BASE, policy: 'if-present' })).toEqual([
    'ACCEPTED REQUEST WITH VALID APPROOV TOKEN',
    'ACCEPTED REQUEST WITH APPROOV TOKEN MISSING THE KEY TO VERIFY THE MESSAGE SIGNATURE',
  ]);
});
