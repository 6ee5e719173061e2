import type { Armed, FaultName } from './faults.js';
import type { Random } from './random.js';

/** What something between phone and server answers in the server's place, if anything does. */
export function answerBetween(armed: Armed, random: Random): Response | undefined {
  const fires = (fault: FaultName): boolean => armed.fires(fault);
  if (fires('page of a hotel')) return new Response('<html>', { headers: { 'content-type': 'text/html' } });
  if (fires('gateway 502')) return new Response('', { status: 502 });
  const wait = { 'retry-after': String(random.below(120)) };
  if (fires('limited 429')) return new Response('{}', { status: 429, headers: wait });
  if (fires('overloaded 503')) return new Response('{}', { status: 503, headers: wait });
  if (fires('refused by a proxy')) return new Response('{}', { status: random.pick([400, 401, 403, 409]) });
  return undefined;
}
