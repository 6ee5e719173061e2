import type { RolloutRoute } from '../../../../gateway/src/shapes/rollout.js';
import { plural } from '../parts/share.js';

/**
 * How many enforcing for a share of the clients would refuse, in words. Clients are divided by their hash, so it is about that share of those
 * that enforcing would refuse.
 *
 * @param share in percent
 *
 * @example previewOf({ seen: 3012, refused: 48, counted: 'devices' }, 25) // 'Enforcing for 25% of clients would refuse about 12 of 3,012 devices.'
 */
export function previewOf(
  { seen, refused, counted }: Pick<RolloutRoute, 'seen' | 'refused' | 'counted'>,
  share: number,
): string {
  const one = counted === 'devices' ? 'device' : 'request';
  const all = plural(seen, one);
  if (share === 0) return `Reporting refuses nothing: all ${all} pass.`;
  if (share === 100) return `Enforcing for all clients would refuse ${refused.toLocaleString()} of ${all}.`;
  const some = (refused * share) / 100;
  const about = some > 0 && some < 1 ? 'less than 1' : `about ${Math.round(some).toLocaleString()}`;
  return `Enforcing for ${share.toLocaleString()}% of clients would refuse ${refused === 0 ? 'none' : about} of ${all}.`;
}

/**
 * The share that a route enforces for.
 *
 * @example configuredShare('25%') // 25
 */
export function configuredShare(enforcement: string): number {
  if (enforcement === 'enforce') return 100;
  const [, digits] = /^(\d{1,3})%$/.exec(enforcement) ?? [];
  return digits === undefined ? 0 : Math.min(100, Number(digits));
}

/**
 * The words of `enforcement` in the configuration.
 *
 * @example enforcementOf(25) // '25%'
 */
export function enforcementOf(share: number): string {
  if (share <= 0) return 'report';
  return share >= 100 ? 'enforce' : `${share}%`;
}
