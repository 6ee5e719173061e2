import { randomBytes } from 'node:crypto';
import { approov } from 'attestkit/approov';
import { memoryStore } from 'attestkit/stores/memory';
import { createVirtualInstallation, type ApproovRequest } from 'attestkit-testing';
import { describe, expect, it } from 'vitest';
import { reasons, recordedGuard, type RecordedGuard } from './servers/recorded-guard.js';
import type { ServerSpec } from './servers/server-spec.js';
import { expectRefusal, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import type { FieldLine, Send, WireRequest } from './wire/message.js';

const BASE = 'https://api.example.com';
const secretBase64 = randomBytes(64).toString('base64');
const phone = createVirtualInstallation({ secretBase64, sdk: 'android' });
const BODY = Buffer.from('{ "amount":1.0 }');

function request(method: string, target: string, body?: Buffer): ApproovRequest {
  return {
    method,
    url: `${BASE}${target}`,
    headers: { authorization: 'Bearer user', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body }),
  };
}

/** As the phone sends it; the fields may be changed on the way. */
function sent(signed: ApproovRequest, change: Readonly<Record<string, string>> = {}): WireRequest {
  const { method, url, body } = signed;
  const headers: FieldLine[] = Object.entries({ ...phone.sign(signed), ...change });
  return { method, target: url.slice(BASE.length), headers, ...(body && { body: Buffer.from(body) }) };
}

describe.each(targets)('$name', (target) => {
  const serve = serveEach();
  const start = async (): Promise<{ send: Send; recorded: RecordedGuard }> => {
    const recorded = recordedGuard({
      now: Date.now,
      evidence: [
        approov({ secretBase64, messageSigning: { baseUrl: BASE, replay: true, store: memoryStore() } }),
      ],
    });
    const { guard } = recorded;
    const handle = ({
      attestation,
    }: {
      attestation: { approov?: { signature?: { by: string } } } | undefined;
    }) => ({
      json: { by: attestation?.approov?.signature?.by },
    });
    const protect = { messageSigning: true } as const;
    const spec: ServerSpec = {
      guard,
      routes: [
        { method: 'GET', path: '/signed', protect, handle },
        { method: 'POST', path: '/signed', protect, handle },
      ],
      parser: target.parsers['one route'].includes('after') ? 'after' : 'before with rawBody',
    };
    return { ...(await serve(target, spec)), recorded };
  };

  it('lets signed requests in, with a body and without, each once', async () => {
    const { send } = await start();
    for (const signed of [
      request('GET', '/signed'),
      request('GET', '/signed?b=2&a=%20&a'),
      ...(target.isAskedWithoutBody ? [] : [request('POST', '/signed', BODY)]),
    ]) {
      const once = sent(signed);
      const answer = await send(once);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { by: 'install' }]);
      expectRefusal(await send(once));
    }
  });

  it.each<[string, string, () => WireRequest]>([
    [
      'without a signature',
      'MISSING',
      () => sent(request('GET', '/signed'), { signature: '', 'signature-input': '' }),
    ],
    [
      'of another query',
      'INVALID',
      () => ({ ...sent(request('GET', '/signed?a=1')), target: '/signed?a=2' }),
    ],
    ['of another user', 'INVALID', () => sent(request('GET', '/signed'), { authorization: 'Bearer other' })],
    [
      'with another body',
      'DIGEST_MISMATCH',
      () => ({ ...sent(request('POST', '/signed', BODY)), body: Buffer.from('{}') }),
    ],
    [
      'with another digest',
      'INVALID',
      () => sent(request('POST', '/signed', BODY), { 'content-digest': 'sha-256=::' }),
    ],
    [
      'with the token of another phone',
      'INVALID',
      () => sent(request('GET', '/signed'), { 'approov-token': otherToken() }),
    ],
  ])('refuses a request %s', async (_, code, forged) => {
    const { send, recorded } = await start();
    const asked = forged();
    if (target.isAskedWithoutBody && code === 'DIGEST_MISMATCH') {
      expect((await send(asked)).status).toBe(503);
      return expect(reasons(recorded)).toEqual(['ERR_GUARD_BODY_UNAVAILABLE']);
    }
    expectRefusal(await send(asked));
    expect(reasons(recorded)).toEqual([`ERR_APPROOV_SIGNATURE_${code}`]);
  });
});

const otherToken = (): string => createVirtualInstallation({ secretBase64 }).token();
