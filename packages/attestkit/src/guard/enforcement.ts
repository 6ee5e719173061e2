import { createHash } from 'node:crypto';
import { ConfigurationError } from '../kernel/errors.js';
import type { Enforcement, EnforcedShare } from '../ports/decision.js';
import type { AttestedRequest } from '../ports/request.js';
import { quietly } from './quietly.js';

/** @throws ConfigurationError naming the option */
export function assertEnforcement(given: unknown): asserts given is Enforcement | EnforcedShare {
  const { enforce } = (typeof given === 'object' && given !== null ? given : {}) as Partial<EnforcedShare>;
  const isShare = typeof enforce === 'number' && enforce >= 0 && enforce <= 1;
  if (given === 'enforce' || given === 'report' || isShare) return;
  const remedy = "Give 'enforce', 'report', or a share of clients from 0 to 1: { enforce: 0.25 }.";
  throw new ConfigurationError('enforcement', 'is not one of its values', remedy);
}

/**
 * Whether a failure of this request refuses it. Of a share, each client is always on the same side, and stays enforced when the share grows.
 *
 * @param results what was verified so far
 */
export function enforcementFor(
  asked: Enforcement | EnforcedShare,
  request: AttestedRequest,
  results: Readonly<Record<string, unknown>>,
): Enforcement {
  if (typeof asked === 'string') return asked;
  const client = deviceOf(results) ?? addressOf(request);
  // Of one who cannot be told apart nothing is let pass.
  if (client === undefined) return 'enforce';
  const place = createHash('sha256').update(`attestkit-share\n${client}`).digest().readUInt32BE() / 2 ** 32;
  return place < asked.enforce ? 'enforce' : 'report';
}

/** The device that a verified result is about; the guard knows no kind by name. */
export function deviceOf(results: Readonly<Record<string, unknown>>): string | undefined {
  for (const result of Object.values(results)) {
    const { deviceId } = (result ?? {}) as { readonly deviceId?: unknown };
    if (typeof deviceId === 'string') return deviceId;
  }
  return undefined;
}

/** A hook of the application's may make it: where that fails, it is unknown. */
export function addressOf(request: AttestedRequest): string | undefined {
  let address: string | undefined;
  quietly(() => {
    address = request.ip;
  });
  return address;
}
