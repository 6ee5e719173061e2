import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raw } from '../support/gateway.js';
import { readAnswer } from '../support/questions.js';
import { approovToken } from '../support/tokens.js';
import { chain, type Chain } from './support/chain.js';
import { PROXIES, versionOf } from './support/proxies.js';

/** Paths that mean something else in the languages of the proxies, if they are not written with care. */
const PATHS = [
  "/it's/*",
  '/$request_uri/*',
  '/$(id)/x',
  '/a.b+c/*',
  '/[x]/*/y',
  '/a,b=c&d/*',
  '/%20/*',
  '/@m/!/*',
  '/w/*/deep',
];
const BODY = { error: 'é " \\ \n $host ${x} {env.HOME}' };

describe.each(PROXIES)('$name, with values that its language could misread', (proxy) => {
  if (versionOf(proxy) === undefined) return it.skip('is not installed');
  let all: Chain;
  beforeAll(async () => {
    all = await chain(proxy, {
      headers: { 'X-Odd-Header': 'a;b" $x' },
      body: { error: BODY.error.replace('${', () => '$${') },
      routes: PATHS.map((path, at) => ({
        path,
        name: `}\n"${at}; # {$HOME} ]]`,
        upstream: 'other',
        ...(at % 3 === 0 && { host: 'api.example.com' }),
      })),
      default: { upstream: 'api' },
    });
  });
  afterAll(() => all.close());

  it.each(PATHS)('finds %s, as the gateway does', async (path) => {
    const to = async (target: string): Promise<number> => {
      const before = all.other.served.length;
      const head = `GET ${target} HTTP/1.1\r\nHost: API.example.com.:80\r\nConnection: close\r\n`;
      const answer = await raw(all.url, `${head}Approov-Token: ${approovToken()}\r\n\r\n`, 2000);
      expect([target, readAnswer(answer).status]).toEqual([target, 200]);
      return all.other.served.length - before;
    };
    const target = path.replaceAll('*', 'z');
    expect([await to(target), await to(`${target}/`), await to(target.toUpperCase())]).toEqual([1, 1, 1]);
    expect([await to(`/q${target}`), await to(`/?${target}`)]).toEqual([0, 0]);
  });

  it('answers the configured body and field, byte for byte', async () => {
    const answer = await fetch(`${all.url}/v1/x`);
    expect([answer.status, await answer.text()]).toEqual([401, JSON.stringify(BODY)]);
    expect(answer.headers.get('x-odd-header')).toBe('a;b" $x');
  });
});
