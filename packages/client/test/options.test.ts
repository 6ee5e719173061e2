import { expect, it } from 'vitest';
import { ClientError, createClient, type ClientOptions } from 'attestkit-client';
import { memoryStorage } from 'attestkit-client/testing';
import { phones } from './support/phones.js';

const [{ make }] = phones as [(typeof phones)[number]];
const right: ClientOptions = {
  baseUrl: 'https://api.example.com',
  audience: 'https://api.example.com',
  attester: make().attester,
  storage: memoryStorage(),
};

it.each([
  ['baseUrl', { baseUrl: 'api.example.com' }, /absolute URL/],
  ['baseUrl', { baseUrl: 'https://api.example.com?x' }, /query/],
  ['audience', { audience: '' }, /devices\.audience/],
  ['audience', { audience: 'a\nb' }, /devices\.audience/],
  ['storage', { storage: undefined }, /secureStorage/],
  ['attester', { attester: undefined }, /attester is not one/],
  ['attester', { attester: {} }, /attester is not one/],
  ['storage', { storage: 'keychain' }, /secureStorage/],
  ['counterWindow', { counterWindow: 17 }, /1 to 16/],
  ['devicePath', { devicePath: 'device' }, /\/device/],
] as const)('a wrong %s is named, with the remedy: %j', (_, wrong, says) => {
  let error: unknown;
  try {
    createClient({ ...right, ...wrong } as ClientOptions);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ClientError);
  expect(error).toMatchObject({ type: 'misconfigured' });
  expect((error as ClientError).message).toMatch(says);
});

it('a path of baseUrl goes before routes and endpoints', async () => {
  const urls: string[] = [];
  const client = createClient({
    ...right,
    baseUrl: 'https://api.example.com/mobile/',
    devicePath: '/attest/device',
    fetch: async (url) => {
      urls.push(url);
      return new Response('{}', { status: 503 });
    },
  });
  await client.fetch('/balance');
  await client.fetch('https://api.example.com:443/other');
  expect(urls[0]).toMatch(/^https:\/\/api\.example\.com\/mobile\/attest\/device\/challenge\?/);
  expect(urls.slice(1)).toEqual([
    'https://api.example.com/mobile/balance',
    'https://api.example.com:443/other',
  ]);
});
