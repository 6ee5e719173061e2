import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createGuard } from 'attestkit';
import { approov } from 'attestkit/approov';
import {
  APPROOV_SDKS,
  createVirtualInstallation,
  type ApproovRequest,
  type ApproovSdk,
} from '../src/index.js';

const secretBase64 = randomBytes(64).toString('base64');
const accountKeyBase64 = randomBytes(32).toString('base64');
const BASE = 'https://api.example.com';

async function outcome(
  request: ApproovRequest,
  fields: Readonly<Record<string, string>>,
  settings: object = {},
): Promise<string> {
  const messageSigning = { baseUrl: BASE, ...settings };
  const guard = createGuard({ evidence: [approov({ secretBase64, messageSigning })] });
  const { method, url, body = new Uint8Array() } = request;
  const decision = await guard.check(
    {
      method,
      target: url.slice(BASE.length),
      fields: (name) => [fields[name] ?? []].flat(),
      body: async () => body,
    },
    guard.route({ messageSigning: true }),
  );
  return decision.outcome === 'accept' ? 'accepted' : decision.error.code;
}

describe.each(APPROOV_SDKS)('an installation with the SDK %s', (sdk) => {
  const phone = createVirtualInstallation({ secretBase64, accountKeyBase64, sdk });
  const get: ApproovRequest = {
    method: 'GET',
    url: `${BASE}/v1/items?x=1`,
    headers: { authorization: 'Bearer a' },
  };
  const post: ApproovRequest = {
    method: 'POST',
    url: `${BASE}/v1/items`,
    headers: { 'content-type': 'application/json', 'content-length': '2' },
    body: Buffer.from('{}'),
  };

  it.each([get, post])('signs requests that are accepted, and no others: $method', async (request) => {
    const fields = phone.sign(request);
    expect(await outcome(request, fields)).toBe('accepted');
    expect(await outcome({ ...request, method: 'PUT' }, fields)).toBe('ERR_APPROOV_SIGNATURE_INVALID');
    expect(await outcome({ ...request, url: `${request.url}&y` }, fields)).toBe(
      'ERR_APPROOV_SIGNATURE_INVALID',
    );
    for (const name of Object.keys(request.headers ?? {}))
      expect(await outcome(request, { ...fields, [name]: 'x' })).toBe('ERR_APPROOV_SIGNATURE_INVALID');
    expect(await outcome({ ...request, body: Buffer.from('x') }, fields)).toMatch(
      /DIGEST_(MISSING|MISMATCH)$/,
    );
  });

  it('signs with the account’s key where the line does', async () => {
    const settings = { signature: 'account', accountKeyBase64 };
    const expected = sdk === 'android' ? 'accepted' : 'ERR_APPROOV_SIGNATURE_LABEL_MISSING';
    expect(await outcome(get, phone.sign(get), settings)).toBe(expected);
  });
});

it('an installation has the key that its token names, and no other', async () => {
  const [one, other] = [
    createVirtualInstallation({ secretBase64 }),
    createVirtualInstallation({ secretBase64 }),
  ];
  const request = { method: 'GET', url: `${BASE}/` };
  const fields = { ...one.sign(request), 'approov-token': other.token() };
  expect(await outcome(request, fields)).toBe('ERR_APPROOV_SIGNATURE_INVALID');
  expect(await outcome(request, one.sign(request, { ipk: null }))).toBe('ERR_APPROOV_SIGNATURE_KEY_MISSING');
});

it('an unknown SDK is refused', () => {
  expect(() => createVirtualInstallation({ secretBase64, sdk: 'symbian' as ApproovSdk })).toThrow(
    'sdk is not known',
  );
});
