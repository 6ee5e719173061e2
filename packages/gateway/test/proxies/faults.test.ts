import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { raw } from '../support/gateway.js';
import { readAnswer } from '../support/questions.js';
import { approovToken } from '../support/tokens.js';
import { chain, type Chain } from './support/chain.js';
import { PROXIES, versionOf } from './support/proxies.js';
import { FAULTS } from './support/stand-ins.js';

describe.each(PROXIES)('$name', (proxy) => {
  if (versionOf(proxy) === undefined) return it.skip('is not installed');
  let all: Chain;
  beforeAll(async () => {
    all = await chain(proxy, { default: { upstream: 'api' } });
  });
  afterAll(() => all.close());
  beforeEach(() => {
    all.api.served.length = 0;
    all.questions.asked.length = 0;
    all.questions.stand = undefined;
  });

  /** A request with a genuine token, on a connection of its own. */
  const request = async (): Promise<number> => {
    const head = `GET /v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nApproov-Token: ${approovToken()}\r\n\r\n`;
    const answer = await raw(all.url, head, 15_000);
    return answer === '' ? 0 : readAnswer(answer.replace(/^HTTP\/1\.1 10\d [^]*?\r\n\r\n/, '')).status;
  };

  it.each(Object.entries(FAULTS))('refuses if the gateway %s', async (_, stand) => {
    expect(await request()).toBe(200);
    all.api.served.length = 0;
    all.questions.stand = stand;
    const status = await request();
    expect(all.questions.asked.length).toBeGreaterThan(1);
    expect(all.api.served).toEqual([]);
    expect(status === 0 || status >= 300).toBe(true);
    all.questions.stand = undefined;
    expect(await request()).toBe(200);
  });

  it('refuses if the gateway is dead', async () => {
    await all.questions.close();
    const status = await request();
    expect(all.api.served).toEqual([]);
    expect([502, 503]).toContain(status);
  });
});

const haproxy = PROXIES.find(({ name }) => name === 'haproxy');
describe('haproxy', () => {
  if (haproxy === undefined || versionOf(haproxy) === undefined) return it.skip('is not installed');

  it('refuses if its script itself fails', async () => {
    const start: (typeof haproxy)['start'] = ([site = '', lua = ''], port) =>
      haproxy.start([site, lua.replace('local asked, answer = pcall(ask, txn)', 'error("a mistake")')], port);
    const all = await chain({ ...haproxy, start }, { default: { upstream: 'api' } });
    const head = `GET /v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nApproov-Token: ${approovToken()}\r\n\r\n`;
    expect(readAnswer(await raw(all.url, head, 3000)).status).toBe(503);
    expect(all.api.served).toEqual([]);
    expect(all.log()).toContain('a mistake');
    await all.close();
  });
});
