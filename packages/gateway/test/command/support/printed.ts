import { expect } from 'vitest';
import { stringify } from 'yaml';
import { command, written } from './command.js';

export const PROXIES = ['nginx', 'caddy', 'haproxy', 'haproxy-lua', 'traefik', 'envoy'] as const;

export const settings = (more: object = {}): object => ({
  traffic: { listen: '127.0.0.1:8080' },
  authorization: { listen: '127.0.0.1:8081' },
  upstreams: { api: 'http://127.0.0.1:8000' },
  evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}' } },
  default: {},
  ...more,
});
export const devices = {
  devices: {
    audience: 'https://api.example.com',
    secret: '${JWT_SECRET}',
    evidence: { appAttest: { appIds: ['TEAMID1234.com.example.app'] } },
  },
  accept: ['approov', 'session'],
};

export async function printed(proxy: string, more: object = {}): Promise<string> {
  const { status, out, err } = await command(['print-config', proxy, written(stringify(settings(more)))]);
  expect([status, err]).toEqual([0, '']);
  return out;
}

export async function refused(proxy: string, more: object): Promise<string> {
  const { status, out, err } = await command(['print-config', proxy, written(stringify(settings(more)))]);
  expect([status, out]).toEqual([1, '']);
  for (const line of err.trimEnd().split('\n'))
    expect(line).toMatch(/^\S+gateway-\d+\.yaml:\d+:\d+ \S+ .+\. \S.+$/);
  return err;
}
