import { afterAll, describe, expect, it } from 'vitest';
import { CheckClient, checkRequest, message, type Check } from '../support/check.js';
import { grpcGateway, grpcSettings } from '../support/grpc-gateway.js';
import { approovToken } from '../support/tokens.js';

const { url, grpcUrl, events, reload } = await grpcGateway();
const client = new CheckClient(grpcUrl);
afterAll(() => client.close());

const check = (given: Check = {}) => client.check(checkRequest(given));
const token = ['approov-token', approovToken()] as const;
const lastFault = () => events.findLast((event) => event.type === 'fault')?.says;

describe('a client of gRPC’s own library', () => {
  it('gets a yes with all identity fields, which replace those of the client', async () => {
    const answer = await check({ headers: [token, ['x-attest-device', 'forged']] });
    expect(answer).toMatchObject({ code: 0, status: undefined, replaces: true });
    expect(answer.headers.filter(([name]) => name.startsWith('x-attest-'))).toEqual([
      ['x-attest-outcome', 'accepted'],
      ['x-attest-evidence', '"approov"'],
      ['x-attest-device', 'none'],
      ['x-attest-user', 'none'],
      ['x-attest-key', 'none'],
    ]);
    expect(answer.removed.toSorted()).toEqual(['approov-token', 'x-attest-token']);
    expect(events.findLast(({ type }) => type === 'question')).toMatchObject({
      convention: 'ext-authz-grpc',
      outcome: 'accepted',
    });
  });

  it('gets a no with status, fields and body of the library', async () => {
    const answer = await check();
    expect(answer).toMatchObject({
      code: 16,
      status: 401,
      body: '{"error":"ä\\""}',
      replaces: true,
      removed: [],
    });
    const headers = Object.fromEntries(answer.headers);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    const direct = await fetch(`${url}/v1/x`);
    expect(headers['www-authenticate']).toBe(direct.headers.get('www-authenticate'));
    expect(answer.body).toBe(await direct.text());
    expect(Object.keys(headers).filter((name) => name.startsWith('x-attest-'))).toEqual([]);
  });

  it('gets what other outcomes there are', async () => {
    expect(await check({ path: '/open' })).toMatchObject({ code: 0 });
    expect(Object.fromEntries((await check({ path: '/reported' })).headers)).toMatchObject({
      'x-attest-outcome': 'reported',
    });
    expect(await check({ path: '/a/../open' })).toMatchObject({ code: 7, status: 400 });
    expect(await check({ method: 'TRACE' })).toMatchObject({ code: 7, status: 405 });
    expect(await check({ path: `/${'x'.repeat(9000)}` })).toMatchObject({ status: 414 });
    const headers = Array.from({ length: 101 }, (_, at) => [`x-${at}`, 'y'] as const);
    expect(await check({ headers })).toMatchObject({ status: 431 });
  });

  it('asks many at once on one connection', async () => {
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, at) => check(at % 2 === 0 ? { headers: [token] } : {})),
    );
    expect(answers.map(({ status }) => status ?? 200)).toEqual(
      Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 200 : 401)),
    );
  });

  it('is told at once that there is no other method', async () => {
    const other = new CheckClient(grpcUrl, '/envoy.service.auth.v3.Authorization/Other');
    await expect(other.check(checkRequest())).rejects.toMatchObject({ code: 12 });
    other.close();
  });
});

it('reads the bytes of another implementation of the encoding', async () => {
  // Written by protobufjs, with each field that Envoy sets.
  const recorded =
    'CtEDCkkKEwoREgsyMDMuMC4xMTMuNxiikAMaCAoDYXBwEgF4IihzcGlmZmU6Ly9jbHVzdGVyLmxvY2FsL25zL2RlZmF1bHQvc2EvYXBwEhEKDwoN' +
    'EggxMC4wLjAuNBiQPyLCAgoLCMChrckGEMCp0zoSsgIKFDEzMzU5NTMwNjA3ODQ0NTEwMzE0EgNHRVQiCS9vcGVuP2E9MSoPYXBpLmV4YW1wbGUu' +
    'Y29tMgVodHRwc0j///////////8BUgZIVFRQLzJq3gEKHQoKOmF1dGhvcml0eRoPYXBpLmV4YW1wbGUuY29tChIKBTpwYXRoGgkvb3Blbj9hPTEK' +
    'DgoHOm1ldGhvZBoDR0VUChAKBzpzY2hlbWUaBWh0dHBzChUKCnVzZXItYWdlbnQaB3Bob25lLzEKHgoPeC1mb3J3YXJkZWQtZm9yGgsyMDMuMC4x' +
    'MTMuNwoaChF4LWZvcndhcmRlZC1wcm90bxoFaHR0cHMKNAoMeC1yZXF1ZXN0LWlkGiQwZjFlMmQzYy00YjVhLTY5NzgtODc5Ni1hNWI0YzNkMmUx' +
    'ZjBSFQoMdmlydHVhbF9ob3N0EgVsb2NhbFoAYhEKD2FwaS5leGFtcGxlLmNvbWoA';
  const answer = await client.check(Buffer.from(recorded, 'base64'));
  expect(answer.code).toBe(0);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'x-attest-outcome': 'open',
    'x-request-id': '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0',
  });
});

describe('header lines', () => {
  it('are read from header_map, and from headers, in which repeated ones are joined', async () => {
    expect(await check({ headers: [token], joined: true })).toMatchObject({ code: 0 });
    expect(await check({ headers: [token, token] })).toMatchObject({ status: 401 });
    const twice = ['approov-token', `${token[1]},${token[1]}`] as const;
    expect(await check({ headers: [twice], joined: true })).toMatchObject({ status: 401 });
  });

  it.each<[string, Check, string]>([
    ['both ways at once', { more: [[3, message([1, 'a'], [2, 'b'])]] }, 'headers beside header_map'],
    [
      'one name twice in a map',
      {
        joined: true,
        headers: [
          ['a', '1'],
          ['a', '2'],
        ],
      },
      'headers with one name twice',
    ],
    [
      'a name in capitals',
      { headers: [['Approov-Token', 'x']] },
      'a header whose name is not a token in lower case',
    ],
    ['no name', { headers: [['', 'x']] }, 'a header whose name is not a token in lower case'],
    ['a line break', { headers: [['a', 'x\r\nb: y']] }, 'a header with more than one line'],
    ['two values', { entries: [message([1, 'a'], [2, 'b'], [3, 'c'])] }, 'a header with value and raw_value'],
    ['an upgrade', { headers: [['upgrade', 'h2c']] }, 'an upgrade to something else than a WebSocket'],
    ['another path', { headers: [[':path', '/other']] }, ':path differs from the request'],
    ['another method', { headers: [[':method', 'POST']] }, ':method differs from the request'],
    ['another host', { headers: [['host', 'open.example.com']] }, 'host differs from the request'],
    [
      'two of Authorization',
      {
        headers: [
          ['authorization', 'a'],
          ['authorization', 'b'],
        ],
      },
      'more than one Authorization line',
    ],
    [
      'a forwarded field that folds',
      { headers: [['x_forwarded_for', '127.0.0.1']] },
      'a field that may be read as X-Forwarded-For',
    ],
  ])('%s: refused', async (_, given, says) => {
    expect(await check({ path: '/open', ...given })).toMatchObject({ status: 400 });
    if (says !== '') expect(lastFault()).toBe(says);
  });

  it('bytes that are no UTF-8 stay as they are', async () => {
    const headers = [token, ['x-name', Buffer.from([0xff, 0xfe])]] as const;
    expect(await check({ headers })).toMatchObject({ code: 0 });
    expect(
      await check({ headers: [['approov-token', Buffer.from(`${token[1]}\xff`, 'latin1')]] }),
    ).toMatchObject({ status: 401 });
  });
});

describe('the client’s address', () => {
  const addressOf = async (source: string, forwarded?: string) => {
    await check({ source, headers: forwarded === undefined ? [] : [['x-forwarded-for', forwarded]] });
    return events.findLast((event) => event.type === 'decision')?.address;
  };

  it('is the source, or behind trusted peers what they forward', async () => {
    const direct = await addressOf('203.0.113.7');
    expect(await addressOf('203.0.113.7', '198.51.100.1')).toBe(direct);
    expect(await addressOf('127.0.0.1', '198.51.100.1, 203.0.113.7, 127.0.0.1')).toBe(direct);
    expect(await addressOf('198.51.100.1')).not.toBe(direct);
    expect(await addressOf('')).toBeUndefined();
  });
});

it('a new version of the configuration answers the next call', async () => {
  reload(grpcSettings({ routes: [] }));
  expect(await check({ path: '/open' })).toMatchObject({ status: 401 });
});
