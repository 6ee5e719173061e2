import { describe, expect, it } from 'vitest';
import { recordedGuard } from './servers/recorded-guard.js';
import { helloServer } from './servers/servers.js';
import { serveEach } from './servers/serving.js';
import { targets } from './targets/index.js';
import { approovToken, token } from './devices/tokens.js';
import type { WireResponse } from './wire/message.js';

const fieldOf = ({ headers }: WireResponse, name: string): string | undefined =>
  headers.find(([each]) => each.toLowerCase() === name)?.[1];

// Traefik adds nothing to an answer, and Envoy does so by its configuration, which does not run here.
describe.each(targets.filter(({ buffers }) => !buffers))('$name', (target) => {
  const serve = serveEach();

  it.each(['private', 'unchanged'] as const)(
    'marks accepted answers where caching is %s',
    async (caching) => {
      const { guard } = recordedGuard({ caching });
      const { send } = await serve(target, { ...helloServer(guard, {}), settings: { caching } });
      const answer = await send({ target: '/', headers: [approovToken(token())] });
      const isMarked = caching === 'private';
      expect(answer.status).toBe(200);
      expect(fieldOf(answer, 'cache-control')).toBe(isMarked ? 'private' : undefined);
      expect((fieldOf(answer, 'vary') ?? '').includes('approov-token')).toBe(isMarked);
    },
  );
});
