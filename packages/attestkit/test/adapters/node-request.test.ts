import { createServer as createHttp2Server, connect as connectHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { nodeRequest, type NodeMessage } from '../../src/adapters/node/index.js';
import type { AttestedRequest } from '../../src/ports/request.js';
import { send, serve, afterTest, type Exchange } from './support/wire.js';

/** What the adapter makes of a request that is sent. */
async function translated(exchange: Exchange): Promise<AttestedRequest> {
  let request: AttestedRequest | undefined;
  const port = await serve((req, res) => {
    request = nodeRequest(req);
    void request.ip;
    res.end();
  });
  await send(port, exchange);
  return request as AttestedRequest;
}

function withFields(...rawHeaders: string[]): AttestedRequest {
  return nodeRequest({ method: 'GET', url: '/', rawHeaders } as unknown as NodeMessage);
}

describe('fields', () => {
  test('gives every line of a repeated field, in order', async () => {
    const request = await translated({
      fields: [
        ['Authorization', 'one'],
        ['X-Other', 'between'],
        ['AUTHORIZATION', 'two'],
        ['authorization', ''],
      ],
    });
    expect(request.fields('authorization')).toEqual(['one', 'two', '']);
  });

  test('gives nothing for a field that is not there', async () => {
    const request = await translated({ fields: [['Approov-Token-2', 'x']] });
    expect(request.fields('approov-token')).toEqual([]);
    expect(request.fields('pproov-token-2')).toEqual([]);
  });

  test('never takes a value for a name', () => {
    expect(withFields('x-name', 'approov-token', 'other', 'y').fields('approov-token')).toEqual([]);
  });

  test('gives bytes over 0x7f as latin-1 code units', async () => {
    const request = await translated({ fields: [['X-Name', 'gr\xfc\xdf\xff']] });
    expect(request.fields('x-name')).toEqual(['gr\xfc\xdf\xff']);
  });

  test('gives values without the white space around them', async () => {
    const request = await translated({ fields: [['X-Name', ' \t a  b \t ']] });
    expect(request.fields('x-name')).toEqual(['a  b']);
  });

  test('gives fields in HTTP/2 likewise', async () => {
    let request: AttestedRequest | undefined;
    const server = createHttp2Server((req, res) => {
      request = nodeRequest(req);
      res.end();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    afterTest(() => {
      session.destroy();
      server.close();
    });
    const stream = session.request({ ':path': '/a%20b?c', 'x-name': ['one', 'two'], cookie: 'a' });
    await new Promise((resolve) => void stream.resume().on('end', resolve));
    expect(request?.fields('x-name')).toEqual(['one', 'two']);
    expect(request?.target).toBe('/a%20b?c');
    expect(request?.method).toBe('GET');
  });
});

describe('target', () => {
  test.each(['/', '/a%20b/../c;d?e=%2F#f', '//double', 'http://other.example/absolute?x', '*'])(
    'is as on the request line: %s',
    async (target) => {
      expect((await translated({ target })).target).toBe(target);
    },
  );

  test('is what a framework says where it shortens the URL', () => {
    const message = { method: 'GET', url: '/short', rawHeaders: [] } as unknown as NodeMessage;
    expect(nodeRequest(message, '/prefix/short').target).toBe('/prefix/short');
  });
});

test('the method is as sent', async () => {
  expect((await translated({ method: 'PROPFIND' })).method).toBe('PROPFIND');
});

test('the address is that of the connection, whatever the client says', async () => {
  let ip: string | undefined;
  const port = await serve((req, res) => {
    ip = nodeRequest(req).ip;
    res.end();
  });
  await send(port, { fields: [['X-Forwarded-For', '203.0.113.9']] });
  expect(ip).toBe('127.0.0.1');
});
