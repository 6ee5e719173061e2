import type { CheckDef, Stage } from './checks.js';
import type { Enforcement } from './evidence.js';

/** A failure as an event carries it: reasons, never a token, a secret or personal data. */
export interface FailureFacts {
  readonly code: string;
  readonly stage: Stage;
  readonly says: string;
  readonly check: CheckDef;
  /**
   * What lay beneath an outage: a message, or of an unexpected error the name and place. Of a mismatch the mistake that
   * the app most likely made, a fixed sentence: `the app gave the challenge itself to attestKey: …`. Of a chain of
   * certificates, where in it the check failed: `certificate 0, tbsCertificate.extensions[2] (2.5.29.15).critical`.
   */
  readonly cause?: string | undefined;
}

/** One decision of the guard. */
export interface DecisionEvent {
  readonly outcome: 'accept' | 'refuse';
  /** The route's `name`, where it has one. */
  readonly route: string | undefined;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly enforcement: Enforcement;
  /** Keyed hash of the peer's address, where the adapter knows it and the guard has a secret: the same as of endpoints. */
  readonly address: string | undefined;
  /** Keyed hash of the device id that verified evidence is about, by the same key. */
  readonly device: string | undefined;
  /** The kinds of evidence that were verified. */
  readonly verified: readonly string[];
  /** The kinds of evidence that the route asks for. */
  readonly asked: readonly string[];
  /** Why the request was refused. */
  readonly refused: FailureFacts | undefined;
  /** Failures that report-only let pass. */
  readonly reported: readonly FailureFacts[];
  /** Demands of the route that the evidence meets: `binding`. */
  readonly met: readonly string[];
  /** Demands that the policy allowed to be skipped. */
  readonly skipped: readonly string[];
  /** The HTTP status of a refusal. */
  readonly status: number | undefined;
  /** Whether the request was let through unchecked, and why. */
  readonly exempt: 'excluded' | 'preflight' | undefined;
}

/** One line of the guard's counters, as a metrics exporter needs it. */
export interface Counter {
  readonly route: string | undefined;
  readonly outcome: 'accepted' | 'exempt' | 'reported' | 'refused' | 'skipped';
  /** The error code of `refused` and `reported`, the name of what was `skipped` or why `exempt`; else undefined. */
  readonly code: string | undefined;
  readonly count: number;
}

/** One use of an endpoint of enrolment and sessions. Who it was stands in it as keyed hashes only. */
export interface EndpointEvent {
  /** `challenge`, `attest`, `refresh`, `assert`, `revoke`, `jwks.json`. */
  readonly endpoint: string;
  readonly outcome: 'accept' | 'refuse';
  readonly status: number;
  /** Why it was refused. ERR_ENROLMENT_LABEL_TAKEN, ERR_ENROLMENT_KEY_TAKEN and ERR_REFRESH_REUSED are worth an alarm. */
  readonly refused: FailureFacts | undefined;
  /** Keyed hash of the device id, where the request has one. */
  readonly device: string | undefined;
  /** Keyed hash of the peer's address, where it is known. */
  readonly address: string | undefined;
  /** The kind of evidence behind the session: `app-attest`. */
  readonly kind: string | undefined;
  /** The session that was issued or refreshed. */
  readonly session: string | undefined;
  /** A refresh token was sent again in its retry time, and got the same refresh token. */
  readonly retried: boolean;
  /** At `attest`: what became of the device: a new record, new evidence for its key, or another key. */
  readonly change: 'enrolled' | 'renewed' | 'replaced' | undefined;
  /** What proved that the `device_id` is the sender's, where it had a record. A key that `application` let in is worth a look. */
  readonly proof: 'key' | 'evidence' | 'refresh-token' | 'attester' | 'application' | undefined;
  /**
   * What the evidence of an enrolment has that was let pass and is not known here: `accountDetails.appLicensingVerdict`. For
   * operators: it is time to look for a newer version.
   */
  readonly notes: readonly string[];
}
