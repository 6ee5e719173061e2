import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldOf } from './support/api.js';
import { CASES } from './support/cases.js';
import { chain, type Chain } from './support/chain.js';
import { EXPECTED } from './support/expected.js';
import { observe, saidIn, type Observed } from './support/observe.js';
import { PROXIES, versionOf } from './support/proxies.js';
import { readings } from './support/readings.js';

const SETTINGS = {
  routes: [{ path: '/open/*', open: true, upstream: 'api' }],
  default: { upstream: 'api' },
};
const IDENTITY = [
  'x-attest-device',
  'x-attest-evidence',
  'x-attest-key',
  'x-attest-outcome',
  'x-attest-user',
];
const WITHOUT_TOKEN = new Set(CASES.filter(({ bytes }) => !bytes.includes('TOKEN')).map(({ name }) => name));

describe.each(PROXIES)('$name', (proxy) => {
  if (versionOf(proxy) === undefined) return it.skip('is not installed');
  const expected = EXPECTED[proxy.name];
  let all: Chain;
  let seen: readonly Observed[];
  let passed: readonly Observed[];
  beforeAll(async () => {
    all = await chain(proxy, SETTINGS);
    seen = await observe(all, CASES);
    passed = seen.filter(({ served }) => served.length > 0);
  });
  afterAll(() => all.close());

  it('asks about each request once, before the API gets it, in the words in which the API gets it', () => {
    for (const { name, told, served } of seen) {
      expect([name, told.length <= 1, served.length <= told.length]).toEqual([name, true, true]);
      for (const { method, target } of served)
        expect([name, method, target]).toEqual([name, told[0]?.method, told[0]?.target]);
    }
    // Nothing that was hidden in another request. Pipelined ones are asked about, as others are.
    expect(all.api.served.filter((each) => !seen.some(({ served }) => served.includes(each)))).toEqual([]);
    expect(all.api.tunneled).toEqual([]);
    const others = all.questions.asked.filter((head) => saidIn(head, 'x-case') === undefined);
    expect(others.map((head) => saidIn(head, 'x-original-uri', 'x-forwarded-uri'))).toEqual(['/v1/second']);
  });

  it('asks in the words of the client, but for a few, and answers some requests by itself', () => {
    const byItself = seen.filter(({ told }) => told.length === 0);
    expect(byItself.map(({ name }) => name).toSorted()).toEqual(expected.byItself.toSorted());
    for (const { name, answered, served } of byItself)
      expect([name, (answered?.status ?? 0) >= 400, served]).toEqual([name, true, []]);
    const respelled = seen.flatMap(({ name, sent, told }) =>
      told.length === 0 || told[0]?.target === sent.target
        ? []
        : [[name.replace(/ with a token$/, ''), told[0]?.target] as const],
    );
    expect(Object.fromEntries(respelled)).toEqual(expected.respelled);
    // All others were asked about: a proxy that answers everything by itself proves nothing.
    expect(seen.length - byItself.length).toBeGreaterThan(130);
    expect(passed.length).toBeGreaterThan(60);
  });

  it('passes nothing on without a token but what all servers take for an open path', () => {
    const open = passed.filter(({ name }) => WITHOUT_TOKEN.has(name));
    expect(open.length).toBeGreaterThan(5);
    for (const { served } of open)
      for (const path of readings(served[0]?.target ?? '')) expect(path).toMatch(/^\/open\/[^/]/);
  });

  it('tells the API what the gateway says, and nothing that a client says in its name', () => {
    for (const { name, served } of passed)
      for (const { lines } of served) {
        const said = lines.filter(([each]) => /^x[^a-z0-9]attest/.test(each));
        expect([name, said.map(([each]) => each).toSorted()]).toEqual([name, IDENTITY]);
        const isOpen = fieldOf({ lines }, 'x-attest-outcome')[0] === 'open';
        expect([name, fieldOf({ lines }, 'x-attest-evidence')]).toEqual([
          name,
          [isOpen ? 'none' : '"approov"'],
        ]);
        expect([name, fieldOf({ lines }, 'x-attest-device')]).toEqual([name, ['none']]);
        expect([name, fieldOf({ lines }, 'x-forwarded-for')]).toEqual([name, ['127.0.0.1']]);
        const forbidden = lines.filter(([each]) =>
          /[^a-z0-9-]|^proxy$|method|rewrite|^approov-token|^x-original-|^x-forwarded-(?:uri|method|prefix)|^forwarded$|^x-real-ip$/.test(
            each,
          ),
        );
        expect([name, forbidden]).toEqual([name, []]);
        const [id = '', ...more] = fieldOf({ lines }, 'x-request-id');
        expect([name, id.length >= 32, more]).toEqual([name, true, []]);
        const connection = fieldOf({ lines }, 'connection').filter(
          (each) => !/^(?:close|keep-alive|upgrade)?$/i.test(each),
        );
        expect([name, connection]).toEqual([name, []]);
      }
    const upgraded = passed.filter(({ served }) =>
      served.some((each) => fieldOf(each, 'upgrade').length > 0),
    );
    expect(upgraded.map(({ name }) => name)).toEqual([
      'a WebSocket',
      'a WebSocket whose Connection names identity',
    ]);
    const withTrailers = passed.filter(({ served }) => served.some(({ trailers }) => trailers !== ''));
    expect(withTrailers.map(({ name }) => name)).toEqual(expected.trailers);
  });

  it('answers what the gateway answers', () => {
    const refused = seen.filter(({ told, served }) => told.length > 0 && served.length === 0);
    expect(refused.length).toBeGreaterThan(60);
    for (const { name, answered } of refused) {
      const { status = 0, headers = {}, body = '' } = answered ?? {};
      expect([name, [400, 401, 405, 414, 431].includes(status)]).toEqual([name, true]);
      if (expected.unread.includes(name)) continue;
      expect([name, body.slice(0, 2), headers['content-type'], headers['cache-control']]).toEqual([
        name,
        '{}',
        'application/json',
        'no-store',
      ]);
      if (status === 401)
        expect(headers['www-authenticate']).toMatch(/^Attest realm="https:\/\/api\.example\.com", /);
      expect([name, Object.keys(headers).filter((each) => each.startsWith('x-attest'))]).toEqual([name, []]);
    }
  });
});

const [nginx] = PROXIES;
describe('nginx, after an operator has given proxy_pass a path', () => {
  if (nginx === undefined || versionOf(nginx) === undefined) return it.skip('is not installed');
  let all: Chain;
  let seen: readonly Observed[];
  beforeAll(async () => {
    const start: (typeof nginx)['start'] = ([site = ''], port) =>
      nginx.start(
        [site.replaceAll('proxy_pass $attestkit_api;', 'proxy_pass http://attestkit_api_0/;')],
        port,
      );
    all = await chain({ ...nginx, start }, SETTINGS);
    seen = await observe(all, CASES);
  });
  afterAll(() => all.close());

  it('still passes nothing on without a token but open paths, as the API reads them', () => {
    const open = seen.filter(({ name, served }) => served.length > 0 && WITHOUT_TOKEN.has(name));
    expect(open.length).toBeGreaterThan(5);
    for (const { served } of open)
      for (const path of readings(served[0]?.target ?? '')) expect(path).toMatch(/^\/open\/[^/]/);
    const respelled = seen.filter(
      ({ sent, served }) => served.length > 0 && served[0]?.target !== sent.target,
    );
    expect(respelled.length).toBeGreaterThan(0);
  });
});
