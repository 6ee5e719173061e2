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
import { comparing, suite, type Suite, type SuiteReport } from '../suite.js';
import type { Target } from '../targets.js';

/** One for each device, and more: fewer than the guard remembers. */
const SEEN = 256;

const FLOOR = 'node:crypto, the floor';
const OURS = 'attestkit guard.check';

/** Everybody gets the field `Authorization`, as it was sent. */
const SCHEME = 'Bearer ';

/** Measures what a session costs each request, from the token to the decision. */
export async function benchSessions(effort: Effort, progress: (text: string) => void): Promise<SuiteReport> {
  const suites: Suite[] = [];
  const targets: Target[] = [];
  for (const algorithm of ['HS256', 'ES256'] as const) {
    const server = await startSessionServer(algorithm);
    const contenders = verifiers(algorithm, server).map(accepting);
    const mint = (count: number): string[] => server.mint(count).map((token) => `${SCHEME}${token}`);
    const supplies = [
      { what: 'every token new', fields: (count: number) => flat(mint(count)), atLeast: 0.85 },
      { what: 'tokens seen before', fields: freshCopies(mint(SEEN)), atLeast: 4 },
    ];
    for (const { what, fields, atLeast } of supplies) {
      progress(`sessions: ${algorithm}, ${what}`);
      const timings = await race(contenders, fields, effort);
      suites.push(suite(`session, ${algorithm}, ${what}`, timings));
      targets.push(...comparing(`session, ${algorithm}, ${what}`, timings)(OURS, FLOOR, atLeast));
    }
  }
  return { suites, targets };
}

/** What a server hands over are texts of one piece. */
function flat(texts: readonly string[]): string[] {
  return freshCopies(texts)(texts.length);
}

function verifiers(algorithm: SessionAlgorithm, { guard, key, header }: SessionServer): Verifier[] {
  const route = guard.route();
  const verify = algorithm === 'HS256' ? hmacFloor(key, header) : signatureFloor(key, header, algorithm);
  return [
    { name: FLOOR, verify: (field) => verify(field.slice(SCHEME.length)) },
    {
      name: OURS,
      verify: (field) => {
        const decision = guard.check(requestWith(field), route);
        if (decision instanceof Promise) throw new Error('The guard had to wait.');
        if (decision.outcome !== 'accept') throw decision.error;
      },
    },
  ];
}
