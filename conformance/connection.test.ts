import { describe, expect, it } from 'vitest';
import { bodyServer } from './servers/body-server.js';
import { recordedGuard } from './servers/recorded-guard.js';
import { helloServer } from './servers/servers.js';
import { expectRefusal, expectReply, portOf, serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { approovToken, digest, token } from './devices/tokens.js';
import { sendInTurn } from './wire/http1.js';
import type { FieldLine, WireRequest, WireResponse } from './wire/message.js';

const KEEP: FieldLine = ['Connection', 'keep-alive'];
const HELLO: WireRequest = { target: '/', headers: [approovToken(token())] };

// What a refusal leaves unread of a body must be neither the next request nor in its way.
describe.each(targets.filter(({ http }) => http === 1))('$name', (target) => {
  const serve = serveEach();

  it.each([0, 1000, 300_000])('goes on after a refused request with a body of %i bytes', async (size) => {
    const { guard, events } = recordedGuard();
    const running = await serve(target, helloServer(guard, {}));
    // A body that would be a good request if it were read as one.
    const good = `GET / HTTP/1.1\r\nHost: api.example.com\r\nApproov-Token: ${token()}\r\n\r\n`;
    const body = Buffer.from(good.repeat(Math.ceil(size / good.length)));
    const refused: WireRequest = { method: 'POST', target: '/', headers: [KEEP], body };
    const chunked: WireRequest = { ...refused, body: [body.subarray(0, 100), body.subarray(100)] };
    const requests = size === 0 ? [refused, HELLO] : [refused, chunked, HELLO];
    const answers = await sendInTurn(portOf(running), requests).catch((error: Error) => {
      // A proxy may close the connection instead, and reads nothing more of it.
      if (target.isBefore && /ended after [12] answers/.test(error.message)) return undefined;
      throw error;
    });
    if (answers === undefined)
      return expect(events.filter(({ outcome }) => outcome !== 'refused')).toEqual([]);
    for (const answer of answers.slice(0, -1)) expectRefusal(answer);
    expectReply(answers.at(-1) as WireResponse, { message: 'Hello, World!' });
  });

  if (target.parsers['all routes'].includes('after')) {
    it('goes on after bodies that the guard has read, or has stopped to read', async () => {
      const running = await serve(target, bodyServer('all routes', 'after').spec);
      const post = (of: Buffer, headers: readonly FieldLine[]): WireRequest => ({
        method: 'POST',
        target: '/',
        headers: [['Content-Type', 'application/json'], ...headers],
        body: [of.subarray(0, 10), of.subarray(10)],
      });
      const json = Buffer.from('{"a":"some more than ten bytes"}');
      // Behind the bridge to fetch, a body that nobody reads to its end closes the connection.
      const tooLarge = target.isBridged !== true ? [Buffer.alloc(1_500_000)] : [];
      const refused = [...tooLarge, Buffer.alloc(300_000), Buffer.alloc(20)];
      const answers = await sendInTurn(portOf(running), [
        ...refused.map((bytes) => post(bytes, [KEEP, ['X-Double', digest('other')]])),
        post(json, [['X-Double', digest(json)]]),
      ]);
      for (const [at, answer] of answers.slice(0, -1).entries())
        expectRefusal(answer, at < tooLarge.length ? 413 : 401);
      expectReply(answers.at(-1) as WireResponse, { a: 'some more than ten bytes' });
    });
  }
});
