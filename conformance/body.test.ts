import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { bodyServer, type BodyServer } from './servers/body-server.js';
import { reasons } from './servers/recorded-guard.js';
import type { ParserPlace, Running } from './servers/server-spec.js';
import { expectRefusal, expectReply, portOf, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { digest } from './devices/tokens.js';
import { breakOff } from './wire/http1.js';
import type { FieldLine, WireRequest } from './wire/message.js';

/** JSON that no serializer writes this way: re-serialized, it has another digest. */
const JSON_BYTES = Buffer.from('{ "b":1.0,\n"a":"\\u00e9", "b":2 }');
const JSON_VALUE = { b: 2, a: '\u00e9' };
const BINARY = Buffer.from(Array.from({ length: 1024 }, (_, at) => (at * 7) % 256));

/** Bytes that the adapters read at most: 1 MiB. */
const LIMIT = 1_048_576;

interface Sample {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** What the handler answers when its parser has read these bytes. */
  readonly parsed: unknown;
}

const json: Sample = { name: 'JSON', type: 'application/json', bytes: JSON_BYTES, parsed: JSON_VALUE };
const binary: Sample = {
  name: 'binary',
  type: 'application/octet-stream',
  bytes: BINARY,
  parsed: { bytes: BINARY.length, digest: digest(BINARY) },
};
const samples = [json, binary];

/** A POST of these bytes, whole or in three chunks, with their digest or another one. */
function post(
  { type, bytes }: Pick<Sample, 'type' | 'bytes'>,
  chunked: boolean,
  of = digest(bytes),
): WireRequest {
  const third = Math.floor(bytes.length / 3);
  const parts = [bytes.subarray(0, third), bytes.subarray(third, 2 * third), bytes.subarray(2 * third)];
  const headers: readonly FieldLine[] = [
    ['Content-Type', type],
    ['X-Double', of],
  ];
  return { method: 'POST', target: '/', headers, body: chunked ? parts : bytes };
}

describe.each(targets.filter(({ isAskedWithoutBody }) => isAskedWithoutBody !== true))('$name', (target) => {
  const serve = serveEach();

  describe.each(['all routes', 'one route'] as const)('on %s', (scope) => {
    const places = target.parsers[scope];
    const start = async (parser: ParserPlace): Promise<BodyServer & Running> => {
      const server = bodyServer(scope, parser);
      return { ...server, ...(await serve(target, server.spec)) };
    };

    describe.each(places.filter((place) => place !== 'before'))('parser %s', (parser) => {
      it.each(samples)('verifies the bytes, and the parser gets them: $name', async (sample) => {
        const { send } = await start(parser);
        expectReply(await send(post(sample, false)), sample.parsed);
        expectReply(await send(post(sample, true)), sample.parsed);
      });

      it.each(samples)('refuses other bytes: $name', async (sample) => {
        const { send, reached } = await start(parser);
        expectRefusal(await send(post(sample, false, digest('other'))));
        expectRefusal(await send(post(sample, true, digest(JSON.stringify(JSON_VALUE)))));
        expect(reached()).toBe(0);
      });

      it.skipIf(target.hidesEmptyBodies)('verifies a body that is empty', async () => {
        const { send } = await start(parser);
        const request: WireRequest = { method: 'POST', target: '/', headers: [['X-Double', digest('')]] };
        expectReply(await send(request), { nothing: true });
        expectRefusal(await send({ ...request, headers: [['X-Double', digest('{}')]] }));
      });

      it('never takes what the parser has decompressed for what was sent', async () => {
        const { send, reached } = await start(parser);
        const { headers = [] } = post(json, false);
        const compressed: readonly FieldLine[] = [...headers, ['Content-Encoding', 'gzip']];
        const response = await send({
          ...post(json, false),
          headers: compressed,
          body: gzipSync(JSON_BYTES),
        });
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(reached()).toBe(0);
      });
    });

    if (places.includes('after')) {
      it('reads no more than the limit', async () => {
        const { send, recorded, reached } = await start('after');
        const { type } = binary;
        for (const chunked of [false, true]) {
          expectRefusal(await send(post({ type, bytes: Buffer.alloc(LIMIT + 1) }, chunked)), 413);
        }
        expect(reached()).toBe(0);
        await send(post({ type, bytes: Buffer.alloc(LIMIT) }, true));
        expect(reasons(recorded)).toEqual([
          'ERR_GUARD_BODY_TOO_LARGE',
          'ERR_GUARD_BODY_TOO_LARGE',
          undefined,
        ]);
      });
    }

    if (places.includes('after') && target.http === 1 && !target.buffers) {
      it('refuses where the connection breaks in the middle of the body', async () => {
        const running = await start('after');
        const { send, recorded, reached } = running;
        const headers: readonly FieldLine[] = [
          ['X-Double', digest(BINARY)],
          ['Content-Length', String(BINARY.length)],
        ];
        await breakOff(portOf(running), {
          method: 'POST',
          target: '/',
          headers,
          body: BINARY.subarray(0, 100),
        });
        await vi.waitFor(() => expect(reasons(recorded)).toEqual(['ERR_GUARD_BODY_UNREADABLE']));
        expect(reached()).toBe(0);
        expectReply(await send(post(json, true)), JSON_VALUE);
      });
    }

    if (places.includes('before')) {
      it('refuses where a parser took the bytes, and never guesses what they were', async () => {
        const { send, recorded, reached } = await start('before');
        for (const of of [digest(JSON_BYTES), digest(JSON.stringify(JSON_VALUE)), digest('')]) {
          expect(await send(post(json, false, of))).toMatchObject({ status: 503, body: '{}' });
        }
        expect(reached()).toBe(0);
        expect(reasons(recorded)).toEqual(Array<string>(3).fill('ERR_GUARD_BODY_UNAVAILABLE'));
      });

      it.each<[string, string, readonly FieldLine[]]>([
        ['malformed JSON', '{"a":', [['Content-Type', 'application/json']]],
        ['an unknown charset', '{}', [['Content-Type', 'application/json; charset=no-such']]],
        [
          'an unknown coding',
          '{}',
          [
            ['Content-Type', 'application/json'],
            ['Content-Encoding', 'no-such'],
          ],
        ],
      ])('stays closed where the parser fails first: %s', async (_name, body, headers) => {
        const { send, reached } = await start('before');
        const response = await send({ method: 'POST', target: '/', headers, body: Buffer.from(body) });
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(response.status).toBeLessThan(500);
        expect(reached()).toBe(0);
      });
    }
  });
});
