import * as appAttest from '../../../src/app-attest/index.js';
import * as appCheck from '../../../src/app-check/index.js';
import { createVerifier } from '../../../src/app-check/verifier.js';
import * as approov from '../../../src/approov/index.js';
import { AttestationError } from '../../../src/kernel/errors.js';
import { configuredKeys } from '../../../src/kernel/jose/key-source.js';
import { enforcing } from '../../../src/kernel/sinks.js';
import { DESCRIPTION_CHECKS } from '../../../src/key-attestation/description/description-checks.js';
import * as keyAttestation from '../../../src/key-attestation/index.js';
import { readKeyDescription } from '../../../src/key-attestation/description/key-description.js';
import * as playIntegrity from '../../../src/play-integrity/index.js';
import type { Inspection } from '../../../src/ports/checks.js';
import { authenticateChallenge, issueChallenge } from '../../../src/sessions/tokens/challenge.js';
import { inspectSessionToken, requestBytes, verifySessionToken } from '../../../src/sessions/index.js';
import { PROOF_CHECKS } from '../../../src/sessions/evidence/proof-checks.js';
import { readAttestCredentials, readProofField } from '../../../src/sessions/evidence/proof-field.js';
import { readRefreshToken, refreshToken } from '../../../src/sessions/tokens/refresh-token.js';
import { deriveKeys, LABELS, readSecrets } from '../../../src/sessions/tokens/derived-keys.js';
import { sessionKeys } from '../../../src/sessions/tokens/session-signer.js';
import { SessionVerifier } from '../../../src/sessions/tokens/session-verifier.js';
import { createVirtualApple } from 'attestkit-testing/apple';
import { createVirtualGoogle } from 'attestkit-testing/google';
import { mintApproovToken } from 'attestkit-testing/approov';

/** What a run of the fuzzer comes to. */
export interface Outcome {
  readonly count: number;
  readonly codes: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, number>>;
  readonly tallies: Readonly<Record<string, { readonly refused: number }>>;
  readonly violation?: { readonly rule: string; readonly mutator: string };
}

interface Script {
  readonly fuzz: (kind: string, subject: object, seed: number, count: number) => Outcome;
}

/** A script of the repository, which has no declarations. */
const script = new URL('../../../../../tools/fuzz/run.js', import.meta.url).href;
const { fuzz: run } = (await import(/* @vite-ignore */ script)) as Script;

/** The sources, as the fuzzer wants them. */
const SUBJECT = {
  AttestationError,
  ...approov,
  ...appAttest,
  ...keyAttestation,
  ...playIntegrity,
  ...appCheck,
  createVerifier,
  configuredKeys,
  DESCRIPTION_CHECKS,
  readKeyDescription,
  createVirtualGoogle,
  inspectSessionToken,
  requestBytes,
  verifySessionToken,
  createVirtualApple,
  mintApproovToken,
  enforcing,
  authenticateChallenge,
  issueChallenge,
  PROOF_CHECKS,
  readAttestCredentials,
  readProofField,
  readRefreshToken,
  refreshToken,
  deriveKeys,
  LABELS,
  readSecrets,
  sessionKeys,
  SessionVerifier,
};

/** Always the same choices. */
const SEED = 1;

/** Fuzzes the sources, with something else in place of some of them. */
export function fuzz(kind: string, count: number, broken: object = {}): Outcome {
  return run(kind, { ...SUBJECT, ...broken }, SEED, count);
}

type Verify<Expected, Result> = (given: never, expected: Expected) => Result;
type Inspect<Expected, Result> = (given: never, expected: Expected) => Inspection<Result>;

/** A verifier that leaves out one of its checks, and has all the others. */
export function skipping<Expected, Result>(
  code: string,
  verify: Verify<Expected, Result>,
  inspect: Inspect<Expected, Result>,
): Verify<Expected, Result> {
  return (given, expected) => {
    try {
      return verify(given, expected);
    } catch (error) {
      if (!(error instanceof AttestationError) || error.code !== code) throw error;
      const failed = inspect(given, expected).checks.filter(({ ok }) => !ok);
      if (failed.every((check) => check.code === code)) return {} as Result;
      throw error;
    }
  };
}

/** An inspector that gives every failure another code. */
export function otherCode<Expected, Result>(inspect: Inspect<Expected, Result>): Inspect<Expected, Result> {
  return (given, expected) => {
    const inspection = inspect(given, expected);
    return inspection.verdict === 'pass' ? inspection : { ...inspection, code: 'ERR_OTHER' };
  };
}
