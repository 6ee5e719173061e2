import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { account, phoneAt, tokenOf } from './phone.js';
import { hasPython } from './processes.js';

// What FastAPI has besides plain requests, behind the gateway.

describe.skipIf(!hasPython)('FastAPI', async () => {
  if (!hasPython) return;
  const { port, api } = await account('fastapi');
  const url = `http://127.0.0.1:${port}`;
  const phone = phoneAt(port);
  const origin = { origin: 'https://app.example.com' };
  await phone.ready();

  /** What the server says to a handshake, and in its first text. */
  async function handshake(to: number, headers: Readonly<Record<string, string>>): Promise<string> {
    const socket = connect(to, '127.0.0.1');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `GET /account/live HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${lines.join('')}\r\n`,
    );
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (/\r\n\r\n.*\}$/s.test(text)) socket.destroy();
    });
    await once(socket, 'close');
    return text;
  }

  it('opens a WebSocket to a device, and knows which one', async () => {
    const { device } = (await (await phone.fetch('/account/me')).json()) as { device: string };
    const text = await handshake(port, Object.fromEntries(phone.sent()));
    expect(text).toMatch(/^HTTP\/1\.1 101 /);
    expect(text.replace('": "', '":"')).toContain(`{"device":"${device}"}`);
  });

  it('opens none to others, and none that goes round the gateway', async () => {
    expect(await handshake(port, {})).toMatch(/^HTTP\/1\.1 401 /);
    const about = { iss: url, aud: 'account', htm: 'GET', htu: `${url}/account/live` };
    const headers = (claims: object) => ({ 'X-Attest-Token': tokenOf({ ...about, ...claims }) });
    expect(await handshake(api.port, headers({}))).toMatch(/^HTTP\/1\.1 101 /);
    expect(await handshake(api.port, headers({ htu: `${url}/account/me` }))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await handshake(api.port, { 'X-Attest-Outcome': 'accepted' })).toMatch(/^HTTP\/1\.1 403 /);
    expect(api.log()).not.toContain('Traceback');
  });

  it('sends events as they come: this answer never ends', async () => {
    const answer = await phone.fetch('/account/events');
    expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('data: 0\n\n');
    expect((await reader?.read())?.value).toBe('data: 1\n\n');
    await reader?.cancel();
    expect((await fetch(`${url}/account/events`)).status).toBe(401);
  });

  it('shows its documentation where account.yaml opens it, with paths that work', async () => {
    const page = await (await fetch(`${url}/account/docs`)).text();
    const [, description = ''] = /url: '([^']+)'/.exec(page) ?? [];
    expect(description).toBe('/account/openapi.json');
    const { servers, paths } = (await (await fetch(url + description)).json()) as {
      servers: { url: string }[];
      paths: object;
    };
    expect(servers).toEqual([{ url: '/account' }]);
    expect(Object.keys(paths)).toContain('/me');
    // Nowhere else.
    expect((await fetch(`${url}/docs`)).status).toBe(401);
  });

  it('says to browsers that its page may ask, and may read refusals', async () => {
    const asked = {
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    };
    const preflight = await fetch(`${url}/account/me`, {
      method: 'OPTIONS',
      headers: { ...origin, ...asked },
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/authorization/i);
    const answers = [
      await fetch(`${url}/account/me`, { headers: origin }),
      await phone.fetch('/account/me', { headers: origin }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 200]);
    for (const { headers } of answers) {
      expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
      expect(headers.get('vary')).toMatch(/\borigin\b/i);
    }
  });

  it('lets no page of another origin ask', async () => {
    const headers = { origin: 'https://evil.example.com', 'access-control-request-method': 'GET' };
    const preflight = await fetch(`${url}/account/me`, { method: 'OPTIONS', headers });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });
});
