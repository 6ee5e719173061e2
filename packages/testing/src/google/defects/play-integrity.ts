import { ConfigurationError } from 'attestkit/errors';
import type { ErrorCode } from 'attestkit/catalog';
import type {
  PlayIntegrityDefectWith,
  PlayIntegrityDemand,
  PlayIntegritySteps,
} from './play-integrity-defect.js';
import { PLAY_TOKEN_DEFECTS } from './play-integrity-token.js';
import { PLAY_VERDICT_DEFECTS } from './play-integrity-verdict.js';

const DEFECTS = { token: PLAY_TOKEN_DEFECTS, verdict: PLAY_VERDICT_DEFECTS } as const;

/** The name of a defect of a token: `other-response-key`, `unsigned`, … */
export type PlayIntegrityTokenDefect = keyof (typeof DEFECTS)['token'];

/** The name of a defect of a verdict, however it is decoded: `cleared`, `other-nonce`, … */
export type PlayIntegrityVerdictDefect = keyof (typeof DEFECTS)['verdict'];

export type PlayIntegrityDefect = PlayIntegrityTokenDefect | PlayIntegrityVerdictDefect;

/** A defect, and what has to come of it. */
export interface PlayIntegrityDefectFacts {
  readonly target: 'token' | 'verdict';
  /** What is wrong, for people. */
  readonly says: string;
  /** The code that the verifier has to refuse it with. */
  readonly code: ErrorCode;
  /** The expectation without which it is accepted: the verdict is genuine, and only not what somebody wants. */
  readonly needs: PlayIntegrityDemand | undefined;
}

/** Every defect that the virtual Play Integrity can make. */
export const PLAY_INTEGRITY_DEFECTS = Object.freeze(
  Object.fromEntries([...factsOf('token'), ...factsOf('verdict')]),
) as Readonly<Record<PlayIntegrityDefect, PlayIntegrityDefectFacts>>;

function factsOf(target: 'token' | 'verdict'): [string, PlayIntegrityDefectFacts][] {
  const defects: Readonly<Record<string, PlayIntegrityDefectWith>> = DEFECTS[target];
  return Object.entries(defects).map(([name, { code, says, needs }]) => [
    name,
    Object.freeze({ target, code, says, needs }),
  ]);
}

/**
 * The steps that a defect changes.
 *
 * @throws ConfigurationError if there is no such defect
 */
export function playIntegritySteps(
  name: string | undefined,
  targets: readonly ('token' | 'verdict')[],
): PlayIntegritySteps {
  if (name === undefined) return {};
  const defects: Readonly<Record<string, PlayIntegrityDefectWith>> = Object.assign(
    {},
    ...targets.map((target) => DEFECTS[target]),
  ) as Record<string, PlayIntegrityDefectWith>;
  const defect = Object.hasOwn(defects, name) ? defects[name] : undefined;
  if (defect !== undefined) return defect;
  throw new ConfigurationError('defect', 'is not known', `Give one of ${Object.keys(defects).join(', ')}.`);
}
