// Why this exists: the one list of what can be fuzzed. To add a kind, write its target and add a line here.
import type { Random } from '../run/random.js';
import type { Target } from '../rules/mutant.js';
import type { Subject } from '../subject/subject.js';
import { appAttestTarget } from './app-attest/app-attest.js';
import { approovTarget } from './approov/approov.js';
import { messageSigningTarget } from './approov/message-signing.js';
import { appCheckTarget } from './google/app-check.js';
import { playIntegrityTarget } from './google/play-integrity.js';
import { verdictTarget } from './google/verdict.js';
import { keyAttestationTarget } from './key-attestation/key-attestation.js';
import { keyDescriptionTarget } from './key-attestation/key-description.js';
import { sessionTarget } from './sessions/session.js';

/** A kind of evidence: how its mutants are made, and how many unless a count is given. */
interface KindOfEvidence {
  readonly target: (subject: Subject, random: Random) => Target;
  readonly count: number;
}

export const KINDS = {
  approov: { target: approovTarget, count: 1_000_000 },
  'message-signing': { target: messageSigningTarget, count: 250_000 },
  attestation: { target: appAttestTarget('attestation'), count: 250_000 },
  assertion: { target: appAttestTarget('assertion'), count: 250_000 },
  receipt: { target: appAttestTarget('receipt'), count: 250_000 },
  session: { target: sessionTarget, count: 250_000 },
  'key-attestation': { target: keyAttestationTarget, count: 250_000 },
  'key-description': { target: keyDescriptionTarget, count: 250_000 },
  'play-integrity': { target: playIntegrityTarget, count: 250_000 },
  verdict: { target: verdictTarget, count: 250_000 },
  'app-check': { target: appCheckTarget, count: 250_000 },
} as const satisfies Record<string, KindOfEvidence>;

export type Kind = keyof typeof KINDS;

/** All kinds, in the order in which they are fuzzed. */
export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];
