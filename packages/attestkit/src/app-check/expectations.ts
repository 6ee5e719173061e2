import { claimExpectations, type ClaimExpectations } from '../kernel/jose/claims.js';
import { ConfigurationError } from '../kernel/errors.js';
import type { OptionTypes } from '../kernel/config/options.js';

/** Which project's tokens are accepted, and of which apps. */
export interface AppCheckProject {
  /** The project's number, not its id: `123456789012`. Issuer and audience follow from it. */
  readonly projectNumber: string;
  /** Firebase App IDs that are allowed: `1:123456789012:android:0a1b2c3d4e5f`. */
  readonly appIds: readonly string[];
  /** Seconds by which `exp` and `nbf` may be passed, 0 to 60. Default 0. */
  readonly leewaySeconds?: number | undefined;
  /**
   * Accepts tokens of the debug provider (claim `provider`: `debug`), which anyone gets who has a debug token of the
   * project, on any device: for development and CI. Default false.
   */
  readonly allowDebugProvider?: boolean | undefined;
}

/** The names and types of the options above. */
export const PROJECT_OPTIONS = {
  projectNumber: 'string',
  appIds: 'list',
  leewaySeconds: 'number',
  allowDebugProvider: 'boolean',
} as const satisfies OptionTypes;

/** The options above, read and ready. */
export interface ProjectRules {
  readonly claims: ClaimExpectations;
  readonly appIds: readonly string[];
  readonly allowDebugProvider: boolean;
}

/**
 * Reads what tokens must meet.
 *
 * @throws ConfigurationError naming the option
 */
export function readProject(project: AppCheckProject): ProjectRules {
  const { projectNumber, appIds, leewaySeconds, allowDebugProvider = false } = project;
  if (typeof projectNumber !== 'string' || !/^\d{1,20}$/.test(projectNumber)) {
    const remedy =
      'Copy it from the project settings of the Firebase console; the project id is another thing.';
    throw new ConfigurationError('projectNumber', 'is not the number of a project', remedy);
  }
  if (!Array.isArray(appIds) || appIds.length === 0 || !appIds.every(isAppId)) {
    const remedy = 'Give Firebase App IDs: 1:123456789012:android:0a1b2c3d4e5f.';
    throw new ConfigurationError('appIds', 'is not a list of apps', remedy);
  }
  const claims = claimExpectations({
    issuer: `https://firebaseappcheck.googleapis.com/${projectNumber}`,
    audience: `projects/${projectNumber}`,
    leewaySeconds,
  });
  return { claims, appIds: [...appIds], allowDebugProvider };
}

function isAppId(appId: unknown): boolean {
  return typeof appId === 'string' && /^\d+:\d+:(android|ios|web):[0-9A-Fa-f]+$/.test(appId);
}
