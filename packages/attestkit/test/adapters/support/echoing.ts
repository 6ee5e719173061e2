import { readBody } from '../../../src/guard/read-body.js';
import type { Guard } from '../../../src/create-guard.js';
import { syncGuard } from './guards.js';

/** What the guard was asked to answer. */
export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly ip: string | undefined;
}

const TOO_LARGE = Buffer.from('too large');

/** A guard whose one endpoint is `/echo`: it answers with the body it has read, after a while. */
export function echoing(): { guard: Guard; asked: Asked[] } {
  const asked: Asked[] = [];
  const { guard } = syncGuard();
  const answer: Guard['answer'] = (request, path) => {
    const { method, target, ip } = request;
    asked.push({ method, target, path, ip });
    if (path !== '/echo') return undefined;
    return (async () => {
      const bytes =
        method === 'DELETE' ? Buffer.from('unread') : await readBody(request).catch(() => TOO_LARGE);
      await new Promise((resolve) => void setImmediate(resolve));
      const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', allow: 'POST' };
      return { status: 202, headers, body: JSON.stringify(Buffer.from(bytes).toString()) };
    })();
  };
  return { guard: { ...guard, answer, devices: {} as NonNullable<Guard['devices']> }, asked };
}
