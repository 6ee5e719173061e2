import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { command, written } from './support/command.js';
import { devices, printed, PROXIES, refused, settings } from './support/printed.js';

describe.each(PROXIES)('print-config %s', (proxy) => {
  it('asks on the path of its convention, where the gateway listens', async () => {
    const text = await printed(proxy);
    if (proxy === 'haproxy') return expect(text).toContain('http-request lua.attestkit');
    expect(text).toMatch(/127\.0\.0\.1:8081|port_value: 8081/);
    const path =
      { nginx: '/authz/auth-request', envoy: '/authz/ext-authz' }[proxy as string] ?? '/authz/forward-auth';
    expect(text).toContain(path);
  });

  it.each([
    ['authorization is not set', { authorization: undefined }],
    ['upstreams is not set', { upstreams: undefined }],
    ['traffic is not set', { ...devices, traffic: undefined }],
    [
      'traffic.tls is set',
      { ...devices, traffic: { listen: '127.0.0.1:1', tls: { certificate: 'a', key: 'b' } } },
    ],
    ['authorization.listen has the port 0', { authorization: { listen: '127.0.0.1:0' } }],
  ])('%s: refused', async (says, more) => {
    expect(await refused(proxy, more)).toContain(` ${says}`);
  });

  it.each([
    ['authorization.listen', { authorization: { listen: 'unix:/run/a b"; evil' } }],
    ['devices.path', { devices: { ...devices.devices, path: '/a; } evil {' }, accept: ['approov'] }],
    ['devices.path', { devices: { ...devices.devices, path: '/..' }, accept: ['approov'] }],
    ['upstreams.api', { upstreams: { api: 'http://a$b`c:80' } }],
    ['upstreams.api.ca', { upstreams: { api: { url: 'https://api.internal', ca: '/etc/a b;\n}.pem' } } }],
    [
      'evidence.approov.header',
      { evidence: { approov: { secretBase64: '${APPROOV_BASE64_SECRET}', header: 'X$evil' } } },
    ],
    [
      'routes[0].host',
      {
        upstreams: { a: 'http://a:1', b: 'http://b:1' },
        routes: [{ path: '/x', host: 'a"; evil', upstream: 'a' }],
        default: { upstream: 'b' },
      },
    ],
    ['headers.X`evil', { headers: { 'X`evil': 'x' } }],
  ])('a value of %s that its language could misread is refused', async (field, more) => {
    const name = proxy === 'haproxy-lua' ? 'haproxy' : proxy;
    const { status, err } = await command(['print-config', name, written(stringify(settings(more)))]);
    // Some are refused by the gateway itself, as for every other use.
    expect([status, err]).toEqual([1, expect.stringContaining(field.split('.')[0] as string)]);
  });
});

describe('rules that verify bodies', () => {
  const signed = (more: object): object => ({
    ...devices,
    routes: [
      { path: '/open', open: true },
      { path: '/transfers', signedRequest: true, ...more },
    ],
  });

  it.each(['nginx', 'caddy', 'haproxy'])(
    'are refused for %s, which does not hand bodies over',
    async (proxy) => {
      const says = await refused(proxy, signed({}));
      expect(says).toMatch(
        / routes\[1\] \(\/transfers\) verifies a signature over the body, which \w+ does not hand over\. /,
      );
      expect(await refused(proxy, signed({ methods: ['GET', 'POST'] }))).toContain('routes[1] (/transfers)');
      expect(await refused(proxy, { ...devices, default: { signedRequest: true } })).toContain(
        ' default (/*) verifies',
      );
      const strictest = { ...signed({ methods: ['GET'] }), ambiguousPaths: 'strictest' };
      expect(await refused(proxy, strictest)).toContain('cannot find all of its requests');
      await printed(proxy, signed({ methods: ['GET', 'HEAD'] }));
    },
  );

  it.each(['nginx', 'caddy', 'haproxy'])('of Approov’s message signing, too, for %s', async (proxy) => {
    const signing = { messageSigning: { baseUrl: 'https://api.example.com' } };
    const says = await refused(proxy, { routes: [{ path: '/transfers', ...signing }] });
    expect(says).toContain('routes[0] (/transfers) verifies a signature over the body');
  });

  it('are refused by check-config, too', async () => {
    const file = written(stringify(settings(signed({}))));
    expect((await command(['check-config', file])).status).toBe(0);
    expect((await command(['check-config', file, '--proxy', 'caddy'])).err).toContain(
      'which caddy does not hand over',
    );
    expect((await command(['check-config', file, '--proxy', 'envoy'])).status).toBe(0);
  });

  it('make Traefik and Envoy hand over bodies of the size that is verified', async () => {
    const more = signed({ maxBodyBytes: 5000 });
    expect(parse(await printed('traefik', more))).toMatchObject({
      http: { middlewares: { attestkit: { forwardAuth: { forwardBody: true, maxBodySize: 5000 } } } },
    });
    expect(await printed('envoy', more)).toContain('max_request_bytes: 5000');
    expect(await printed('envoy', more)).toContain('allow_partial_message: false');
    expect(await printed('traefik', devices)).not.toContain('forwardBody');
    expect(await printed('envoy', devices)).not.toContain('with_request_body');
  });
});
