import { accepting, type Verifier } from './contenders.js';
import { freshCopies } from './fixtures.js';
import { hmacFloor, signatureFloor } from './floor.js';
import { race, type Effort } from '../measure.js';
import {
  requestWith,
  startSessionServer,
  type SessionAlgorithm,
  type SessionServer,
} from './session-fixtures.js';
import { suite, type Suite, type SuiteReport } from '../suite.js';

/** One for each device, and more: fewer than the guard remembers. */
const SEEN = 256;

/** Measures what a session costs each request, from the token to the decision. */
export async function benchSessions(effort: Effort, progress: (text: string) => void): Promise<SuiteReport> {
  const suites: Suite[] = [];
  for (const algorithm of ['HS256', 'ES256'] as const) {
    const server = await startSessionServer(algorithm);
    const contenders = verifiers(algorithm, server).map(accepting);
    const supplies = {
      'every token new': server.mint,
      'tokens seen before': freshCopies(server.mint(SEEN)),
    };
    for (const [what, tokens] of Object.entries(supplies)) {
      progress(`sessions: ${algorithm}, ${what}`);
      suites.push(suite(`session, ${algorithm}, ${what}`, await race(contenders, tokens, effort)));
    }
  }
  return { suites, targets: [] };
}

function verifiers(algorithm: SessionAlgorithm, { guard, key, header }: SessionServer): Verifier[] {
  const route = guard.route();
  return [
    {
      name: 'node:crypto, the floor',
      verify: algorithm === 'HS256' ? hmacFloor(key, header) : signatureFloor(key, header, algorithm),
    },
    {
      name: 'attestkit guard.check',
      verify: (token) => {
        const decision = guard.check(requestWith(token), route);
        if (decision instanceof Promise) throw new Error('The guard had to wait.');
        if (decision.outcome !== 'accept') throw decision.error;
      },
    },
  ];
}
