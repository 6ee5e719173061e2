import type { RefusalOptions } from 'attestkit';
import { describe, expect, it } from 'vitest';
import { double } from './devices/doubles.js';
import { recordedGuard } from './servers/recorded-guard.js';
import type { ServerSpec } from './servers/server-spec.js';
import { helloServer } from './servers/servers.js';
import { serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { approovToken, authorization, boundTo, token } from './devices/tokens.js';
import { ownFields, type FieldLine, type WireResponse } from './wire/message.js';

const expired = [approovToken(token({ claims: { exp: 1 } }))];
const twice = [approovToken(boundTo('one')), authorization('one'), authorization('one')];
const SILENT = { 'content-type': 'application/json', 'cache-control': 'no-store' };
/** What the client has to bring. */
const ASKING = {
  ...SILENT,
  'www-authenticate': 'Attest realm="attestkit", need="token", header="Approov-Token"',
};

interface Answer {
  readonly status: number;
  readonly fields: Record<string, string | undefined>;
  readonly body: string;
}

function answerOf(response: WireResponse): Answer {
  return { status: response.status, fields: ownFields(response), body: response.body };
}

const cases: Record<string, [RefusalOptions, readonly FieldLine[], Answer]> = {
  'nothing but {} by default': [{}, expired, { status: 401, fields: ASKING, body: '{}' }],
  'a status for missing': [{ statuses: { missing: 400 } }, [], { status: 400, fields: ASKING, body: '{}' }],
  'a status for missing leaves the others': [
    { statuses: { missing: 400 } },
    expired,
    { status: 401, fields: ASKING, body: '{}' },
  ],
  'a status for untrusted': [
    { statuses: { missing: 400, untrusted: 403 } },
    expired,
    { status: 403, fields: ASKING, body: '{}' },
  ],
  'a body': [
    { body: { error: 'unauthorized', details: ['\u00e9\u20ac'] } },
    expired,
    { status: 401, fields: ASKING, body: '{"error":"unauthorized","details":["\u00e9\u20ac"]}' },
  ],
  'header fields': [
    { headers: { 'WWW-Authenticate': 'Approov realm="api"', 'Cache-Control': 'no-cache' } },
    [],
    {
      status: 401,
      fields: { ...SILENT, 'www-authenticate': 'Approov realm="api"', 'cache-control': 'no-cache' },
      body: '{}',
    },
  ],
  'another content type': [
    { headers: { 'Content-Type': 'application/problem+json' }, body: { title: 'Unauthorized' } },
    [],
    {
      status: 401,
      fields: { ...ASKING, 'content-type': 'application/problem+json' },
      body: '{"title":"Unauthorized"}',
    },
  ],
  'the reason, where it is exposed': [
    { expose: true, body: { ok: false } },
    expired,
    {
      status: 401,
      fields: ASKING,
      body: '{"ok":false,"error":"ERR_APPROOV_TOKEN_EXPIRED","message":"the Approov token has expired"}',
    },
  ],
};

describe.each(targets)('$name', (target) => {
  const serve = serveEach();

  describe.each(['guard', 'route'])('by the %s', (place) => {
    const specOf = (options: RefusalOptions): ServerSpec => {
      const { guard } = recordedGuard(place === 'guard' ? options : {});
      return {
        ...helloServer(guard, place === 'route' ? options : {}),
        ...(place === 'guard' && { settings: options }),
      };
    };

    it.each(Object.keys(cases))('answers with %s', async (name) => {
      const [options, headers, expected] = cases[name] as (typeof cases)[string];
      if (target.hasOneContentType && place === 'route' && options.headers?.['Content-Type'] !== undefined)
        return await expect(serve(target, specOf(options))).rejects.toThrow('all refusals in one type');
      const { send } = await serve(target, specOf(options));
      expect(answerOf(await send({ target: '/', headers }))).toEqual(expected);
      const toHead = await send({ target: '/', method: 'HEAD', headers });
      expect(answerOf(toHead)).toEqual({ ...expected, body: '' });
    });
  });

  it('lets the route speak before the guard', async () => {
    const settings = { statuses: { missing: 400, untrusted: 403 }, body: { of: 'guard' } };
    const { guard } = recordedGuard(settings);
    const asked = { statuses: { missing: 404 }, body: { of: 'route' } };
    const { send } = await serve(target, { ...helloServer(guard, asked), settings });
    expect(answerOf(await send({ target: '/' }))).toEqual({
      status: 404,
      fields: ASKING,
      body: '{"of":"route"}',
    });
    expect((await send({ target: '/', headers: expired })).status).toBe(403);
  });

  it('answers 503 whatever the statuses, and in the configured form', async () => {
    const { guard } = recordedGuard({
      evidence: [double(() => Promise.reject(new TypeError('a bug')))],
      statuses: { missing: 400, malformed: 400, untrusted: 400, denied: 400 },
      body: { error: 'later' },
    });
    const { send } = await serve(target, helloServer(guard, {}));
    expect(answerOf(await send({ target: '/', headers: [['X-Double', 'x']] }))).toEqual({
      status: 503,
      fields: { ...SILENT, 'retry-after': '5' },
      body: '{"error":"later"}',
    });
  });

  if (target.fields === 'lines')
    it('has a status for malformed', async () => {
      const settings = { statuses: { malformed: 422 } };
      const { guard } = recordedGuard(settings);
      const { send } = await serve(target, { ...helloServer(guard, { binding: true }), settings });
      const request = { target: '/', headers: twice };
      expect((await send(request)).status).toBe(target.refuses?.(request) ? 400 : 422);
      expect((await send({ target: '/', headers: [...expired, ...expired] })).status).toBe(422);
    });
});
