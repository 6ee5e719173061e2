// Why this exists: the code under test comes from here alone. These are the compiled sources: what the public paths export, and
// beside it the readers that no path exports although they read what clients send. The tests of the fuzzer resolve the
// same names to the sources.
import { AttestationError } from '../../../packages/attestkit/dist/index.js';
import * as appAttest from '../../../packages/attestkit/dist/app-attest/index.js';
import * as appCheck from '../../../packages/attestkit/dist/app-check/index.js';
import * as approov from '../../../packages/attestkit/dist/approov/index.js';
import * as keyAttestation from '../../../packages/attestkit/dist/key-attestation/index.js';
import * as playIntegrity from '../../../packages/attestkit/dist/play-integrity/index.js';
import * as sessions from '../../../packages/attestkit/dist/sessions/index.js';
import { createVirtualApple, createVirtualGoogle, mintApproovToken } from 'attestkit-testing';
import { createVerifier } from '../../../packages/attestkit/dist/app-check/verifier.js';
import { signingDemand } from '../../../packages/attestkit/dist/approov/message-signing/settings.js';
import {
  appraiseBody,
  appraiseSignature,
} from '../../../packages/attestkit/dist/approov/message-signing/verify.js';
import { readTarget } from '../../../packages/attestkit/dist/kernel/http-signatures/components.js';
import { configuredKeys } from '../../../packages/attestkit/dist/kernel/jose/key-source.js';
import { enforcing } from '../../../packages/attestkit/dist/kernel/sinks.js';
import { DESCRIPTION_CHECKS } from '../../../packages/attestkit/dist/key-attestation/description/description-checks.js';
import { readKeyDescription } from '../../../packages/attestkit/dist/key-attestation/description/key-description.js';
import { PROOF_CHECKS } from '../../../packages/attestkit/dist/sessions/evidence/proof-checks.js';
import {
  readAttestCredentials,
  readProofField,
} from '../../../packages/attestkit/dist/sessions/evidence/proof-field.js';
import {
  authenticateChallenge,
  issueChallenge,
} from '../../../packages/attestkit/dist/sessions/tokens/challenge.js';
import {
  deriveKeys,
  LABELS,
  readSecrets,
} from '../../../packages/attestkit/dist/sessions/tokens/derived-keys.js';
import {
  readRefreshToken,
  refreshToken,
} from '../../../packages/attestkit/dist/sessions/tokens/refresh-token.js';
import { sessionKeys } from '../../../packages/attestkit/dist/sessions/tokens/session-signer.js';
import { SessionVerifier } from '../../../packages/attestkit/dist/sessions/tokens/session-verifier.js';

/** Everything that a kind may call, by name, so that a test can replace one function. */
export const subject = {
  AttestationError,
  ...approov,
  ...appAttest,
  ...sessions,
  ...keyAttestation,
  ...playIntegrity,
  ...appCheck,
  createVirtualApple,
  createVirtualGoogle,
  mintApproovToken,
  createVerifier,
  configuredKeys,
  DESCRIPTION_CHECKS,
  readKeyDescription,
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
  signingDemand,
  appraiseSignature,
  appraiseBody,
  readTarget,
};

/** The code under test: the built package, its sources, or two versions at once. */
export type Subject = typeof subject;
