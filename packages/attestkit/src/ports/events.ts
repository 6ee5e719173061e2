import type { CheckDef, Stage } from './checks.js';
import type { Enforcement } from './decision.js';

/** What a guard tells its listener. `type` tells the events apart. */
export type GuardEvent =
  | DecisionEvent
  | EndpointEvent
  | DeviceEvent
  | SessionEvent
  | StoreEvent
  | RemoteEvent
  | ConfigurationEvent;

/**
 * How a request fared: `accepted`; `reported`: let pass, though enforcing would have refused it; `refused`; or `open`: let pass
 * unchecked.
 */
export type Outcome = 'accepted' | 'reported' | 'refused' | 'open';

/** A failure as an event carries it: reasons, never a token, a secret or personal data. */
export interface FailureFacts {
  readonly code: string;
  readonly stage: Stage;
  readonly says: string;
  readonly check: CheckDef;
  /**
   * The cause of an outage: a message, or of an unexpected error the name and place. Of a mismatch the mistake that
   * the app most likely made, a fixed sentence: `the app gave the challenge itself to attestKey: …`. Of a chain of
   * certificates, where in it the check failed: `certificate 0, tbsCertificate.extensions[2] (2.5.29.15).critical`.
   */
  readonly cause?: string | undefined;
}

/** What every event about a request has. */
export interface RequestFacts {
  /** Milliseconds since the epoch, by the guard's clock. */
  readonly at: number;
  /** Milliseconds, with a fraction, from the start of the check to its decision. */
  readonly durationMs: number;
  /** The same in all events of one request: what the guard's option `requestId` gives, else a random UUID. */
  readonly requestId: string;
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  readonly outcome: Outcome;
  /** Why it was refused, or would have been; undefined if it was accepted. */
  readonly code: string | undefined;
  readonly stage: Stage | undefined;
  /** Keyed hash of the peer's address, if the adapter knows it and the guard has devices. */
  readonly address: string | undefined;
  /** Keyed hash of the device id that verified evidence is about, or that the request names; by the same key. */
  readonly device: string | undefined;
  /** The app that verified evidence is about, if it names one. */
  readonly app:
    | {
        /** `TEAMID1234.com.example.app`, `com.example.app`, a Firebase App ID. */
        readonly id: string;
        /** `ios`, `macos`, `android`; undefined if the evidence does not say. */
        readonly platform: string | undefined;
        /** The version of its build when it was attested; undefined if the evidence does not say. */
        readonly version: string | undefined;
      }
    | undefined;
}

/** One decision of the guard about a request on a route. */
export interface DecisionEvent extends RequestFacts {
  readonly type: 'decision';
  /** The route's `name`, if it has one. */
  readonly route: string | undefined;
  readonly enforcement: Enforcement;
  /** The kinds of evidence that were verified. */
  readonly evidence: readonly string[];
  /** The kinds of evidence that the route asks for. */
  readonly kinds: readonly string[];
  /** Why the request was refused. */
  readonly refused: FailureFacts | undefined;
  /** Failures that report-only let pass. */
  readonly reported: readonly FailureFacts[];
  /** Demands of the route that the evidence meets: `binding`. */
  readonly demandsMet: readonly string[];
  /** Demands that the policy allowed to be skipped. */
  readonly demandsSkipped: readonly string[];
  /** The HTTP status of a refusal. */
  readonly status: number | undefined;
  /** Why the request was let through unchecked. */
  readonly exempt: 'excluded' | 'preflight' | undefined;
  /**
   * What the request says about itself, if it has the guard's `appSign`: nothing proves it. The version is undefined if none
   * stands there.
   */
  readonly claimed: { readonly version: string | undefined } | undefined;
}

/** One use of an endpoint of devices. Keyed hashes alone say who it was. */
export interface EndpointEvent extends RequestFacts {
  readonly type: 'endpoint';
  /** `challenge`, `attest`, `refresh`, `assert`, `revoke`, `jwks.json`. */
  readonly endpoint: string;
  readonly status: number;
  /** Why it was refused. ERR_ENROLLMENT_LABEL_TAKEN, ERR_ENROLLMENT_KEY_TAKEN and ERR_REFRESH_REUSED are worth an alarm. */
  readonly refused: FailureFacts | undefined;
  /** The kind of evidence behind the session. */
  readonly evidence: string | undefined;
  /** The session that was issued or refreshed. */
  readonly session: string | undefined;
  /** A refresh token was sent again in its retry time, and got the same refresh token. */
  readonly retried: boolean;
  /**
   * What the evidence of an enrollment has that was let pass and is not known here: `accountDetails.appLicensingVerdict`. For
   * operators: it is time to look for a newer version.
   */
  readonly notes: readonly string[];
}

/** What became of a device. */
export interface DeviceEvent {
  readonly type: 'device';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of the request at `attest` that led to it; undefined if the application did it. */
  readonly requestId: string | undefined;
  /** A new record, new evidence for its key, another key; or what the application did. */
  readonly change: 'enrolled' | 'renewed' | 'replaced' | 'blocked' | 'unblocked' | 'forgotten';
  /** Keyed hash of the device id, if a request names one. */
  readonly device: string | undefined;
  /** The record; undefined if the application named a key or a user. */
  readonly recordId: string | undefined;
  /** RFC 7638 thumbprint of its key; undefined without a key, or if the application did it. */
  readonly key: string | undefined;
  /** What proved that the `device_id` is the sender's, if it had a record. Look at keys that `application` accepted. */
  readonly proof: 'key' | 'evidence' | 'refresh-token' | 'attester' | 'application' | undefined;
  /** The kind of evidence that it enrolled with. */
  readonly evidence: string | undefined;
  /** The app that enrolled; undefined if the application did it. */
  readonly app: RequestFacts['app'];
}

/** A session that begins or ends. */
export interface SessionEvent {
  readonly type: 'session';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly requestId: string | undefined;
  /** `reused`: a used refresh token was sent again too late, which ends the session of the thief and of the device. */
  readonly change: 'begun' | 'ended' | 'reused';
  readonly device: string | undefined;
  readonly recordId: string | undefined;
  /** Undefined if all sessions of a device ended, or if the request does not say which one. */
  readonly session: string | undefined;
}

/** An operation of the store that failed. */
export interface StoreEvent {
  readonly type: 'store';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Milliseconds, with a fraction, until it failed. */
  readonly durationMs: number;
  readonly operation: 'claim' | 'advance' | 'get' | 'put' | 'delete';
  /** ERR_STORE_UNAVAILABLE, for example; undefined if the store threw something else. */
  readonly code: string | undefined;
  readonly cause: string | undefined;
}

/** One request to another service (Google, Apple, a JWKS), or a change of its circuit breaker. */
export interface RemoteEvent {
  readonly type: 'remote';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Milliseconds, with a fraction, until the whole answer had come or was given up. 0 for a change of the breaker. */
  readonly durationMs: number;
  /** `oauth2.googleapis.com` */
  readonly host: string;
  /** Of the answer; undefined if there was none. */
  readonly status: number | undefined;
  /** Why there is no answer, or why the breaker opened. Never a URL, a credential or a part of an answer. */
  readonly cause: string | undefined;
  /** The circuit breaker opened, and the service is not asked for a while; or it closed again. Undefined for a request. */
  readonly circuit: 'opened' | 'closed' | undefined;
}

/** A setting that works and deserves a second look; told once, when the guard is made. */
export interface ConfigurationEvent {
  readonly type: 'configuration';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The option: `devices.hashKey`. */
  readonly option: string;
  readonly says: string;
}

/** One line of the guard's counters, as a metrics exporter needs it. */
export interface Counter {
  readonly route: string | undefined;
  readonly outcome: 'accepted' | 'open' | 'reported' | 'refused' | 'skipped';
  /** The error code of `refused` and `reported`, the name of the `skipped` check, or the reason for `open`; else undefined. */
  readonly code: string | undefined;
  readonly count: number;
}
