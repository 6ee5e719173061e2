import { accepting, refusing } from './contenders.js';
import { forge, freshCopies, garbage, mintToken, type Algorithm } from './fixtures.js';
import { race, type Effort, type Timing } from '../measure.js';
import { comparing, suite, type Suite, type SuiteReport } from '../suite.js';
import type { Target } from '../targets.js';
import {
  FAST,
  FAST_CACHED,
  FLOOR,
  GUARD,
  JOSE,
  JWT_BUFFER,
  JWT_KEY,
  OURS,
  OURS_SEEN,
  verifiers,
} from './verifiers.js';

export interface TokenReport extends SuiteReport {
  readonly tokenLength: number;
}

/** Fewer than the caches hold, and enough that no two calls in a row see the same one. */
const TOKENS = 256;

/** Measures how fast tokens are accepted and refused. */
export async function benchTokens(effort: Effort, progress: (text: string) => void): Promise<TokenReport> {
  const suites: Suite[] = [];
  const targets: Target[] = [];
  for (const algorithm of ['HS256', 'ES256', 'RS256'] as const) {
    progress(`tokens: ${algorithm}, accepted`);
    const tokens = minted(algorithm);
    const contenders = everybody(algorithm).map(accepting);
    const timings = await race(contenders, freshCopies(tokens), effort);
    suites.push(suite(`${algorithm}, accepted`, timings));
    if (algorithm === 'HS256') targets.push(...hmacTargets(timings));
  }
  const genuine = minted('HS256');
  const refused = {
    'a wrong signature': genuine.map(forge),
    expired: Array.from({ length: TOKENS }, () => mintToken('HS256', -60)),
    garbage: genuine.map(garbage),
  };
  for (const [reason, tokens] of Object.entries(refused)) {
    progress(`tokens: HS256, refused for ${reason}`);
    const names = [OURS, GUARD, FAST, JWT_KEY, JWT_BUFFER, JOSE];
    const contenders = everybody('HS256')
      .filter(({ name }) => names.includes(name))
      .map(refusing);
    suites.push(suite(`HS256, refused: ${reason}`, await race(contenders, freshCopies(tokens), effort)));
  }
  return { tokenLength: (genuine[0] as string).length, suites, targets };
}

function minted(algorithm: Algorithm): string[] {
  return Array.from({ length: TOKENS }, () => mintToken(algorithm));
}

function everybody(algorithm: Algorithm): ReturnType<typeof verifiers> {
  return verifiers(algorithm, mintToken(algorithm).split('.', 1)[0] as string);
}

function hmacTargets(timings: readonly Timing[]): Target[] {
  const compare = comparing('HS256', timings);
  return [
    ...compare(OURS, FLOOR, 0.95),
    ...compare(OURS, FAST, 1.1),
    ...compare(OURS_SEEN, FAST_CACHED, 1.5),
    ...compare(OURS, JWT_BUFFER, 60),
  ];
}
