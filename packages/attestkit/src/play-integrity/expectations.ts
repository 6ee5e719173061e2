import { ConfigurationError } from '../kernel/errors.js';
import { assertOptions, type OptionTypes } from '../kernel/config/options.js';
import { within } from '../kernel/config/whole-number.js';
import { readApp, type AppRules, type PlayIntegrityApp } from './app-rules.js';
import type { BindingSource } from './binding-mistakes.js';
import {
  POLICY_OPTIONS,
  readPolicy,
  type PlayIntegrityPolicy,
  type PlayIntegrityPolicyOptions,
} from './policy.js';

/** What a verdict must say. */
export interface VerdictExpectations
  extends Pick<PlayIntegrityApp, 'packageName' | 'minimumVersionCode'>, PlayIntegrityPolicyOptions {
  /** As of `PlayIntegrityApp`. Default: not checked. */
  readonly acceptedCertificates?: readonly string[] | undefined;
  /** Seconds from the request on the device until now: 1 to 86400. Default 600. */
  readonly maxAgeSeconds?: number | undefined;
  /** Seconds by which Google's clock may be ahead of this one: 0 to 300. Default 60. */
  readonly leewaySeconds?: number | undefined;
  /** Of a standard request: the very text that the app gave. */
  readonly requestHash?: string | undefined;
  /** Of a classic request: base64url as the app gave it; padding and the other alphabet make no difference. */
  readonly nonce?: string | undefined;
  /** Milliseconds since the epoch. Default: now. */
  readonly now?: number | undefined;
}

/** What a verdict has to be bound by: the one that is asked for, and not the other. */
export interface VerdictBinding {
  readonly kind: 'requestHash' | 'nonce';
  readonly value: string;
  /** What the value was made of, if that is known. Used only to name mistakes. */
  readonly of?: BindingSource | undefined;
}

/** The window in milliseconds. */
export interface WindowRules {
  readonly maxAgeMs: number;
  readonly leewayMs: number;
}

/** The expectations, read and ready. */
export interface VerdictRules {
  readonly app: AppRules;
  readonly policy: PlayIntegrityPolicy;
  readonly window: WindowRules;
  readonly binding: VerdictBinding;
  readonly now: number;
}

export const WINDOW_OPTIONS = {
  maxAgeSeconds: 'number',
  leewaySeconds: 'number',
} as const satisfies OptionTypes;

const OPTIONS: OptionTypes = {
  ...POLICY_OPTIONS,
  ...WINDOW_OPTIONS,
  packageName: 'string',
  acceptedCertificates: 'list',
  minimumVersionCode: 'any',
  requestHash: 'string',
  nonce: 'string',
  now: 'number',
};

/** The longest of either (Google, Standard and classic API requests). */
const MAX_BINDING = 500;

/**
 * Reads the expectations of one verdict.
 *
 * @throws ConfigurationError naming the option
 */
export function readExpectations(expected: VerdictExpectations): VerdictRules {
  assertOptions(expected, OPTIONS, 'verifyPlayIntegrityVerdict');
  const { now = Date.now() } = expected;
  if (!Number.isFinite(now)) {
    const remedy = 'Give milliseconds since the epoch, or leave it out.';
    throw new ConfigurationError('now', 'is not a time', remedy);
  }
  return {
    app: readApp(expected),
    policy: readPolicy(expected),
    window: readWindow(expected),
    binding: readBinding(expected),
    now,
  };
}

/**
 * Reads the window.
 *
 * @throws ConfigurationError naming the option
 */
export function readWindow({
  maxAgeSeconds = 600,
  leewaySeconds = 60,
}: Pick<VerdictExpectations, 'maxAgeSeconds' | 'leewaySeconds'>): WindowRules {
  return {
    maxAgeMs: 1000 * within('maxAgeSeconds', maxAgeSeconds, 1, 86_400),
    leewayMs: 1000 * within('leewaySeconds', leewaySeconds, 0, 300),
  };
}

function readBinding({ requestHash, nonce }: VerdictExpectations): VerdictBinding {
  if ((requestHash === undefined) === (nonce === undefined)) {
    const problem = nonce === undefined ? 'is missing' : 'is given beside nonce';
    const remedy = 'Give requestHash for a standard request, or nonce for a classic one.';
    throw new ConfigurationError('requestHash', problem, remedy);
  }
  const kind = nonce === undefined ? 'requestHash' : 'nonce';
  const value = nonce ?? requestHash ?? '';
  if (value !== '' && value.length <= MAX_BINDING) return { kind, value };
  throw new ConfigurationError(kind, 'is empty, or longer than Google allows', 'Give 1 to 500 characters.');
}
