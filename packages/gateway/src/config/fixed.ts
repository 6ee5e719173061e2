import type { Config } from './load.js';
import type { Settings } from './schema.js';

/** What a running process cannot change. */
const FIXED = ['traffic', 'authorization', 'admin', 'store'] as const;

/**
 * Holds a version against the one that the process began with.
 *
 * @throws ConfigFileError
 */
export function assertSameProcess(before: Settings, next: Config): void {
  const fixed = (settings: Settings, field: (typeof FIXED)[number]): string => {
    const value = settings[field];
    if (typeof value !== 'object') return JSON.stringify(value);
    // Certificates are read anew; `tls` itself stays.
    const { tls, ...rest } = value as { readonly tls?: unknown };
    return JSON.stringify([rest, tls !== undefined]);
  };
  const changed = FIXED.filter((field) => fixed(before, field) !== fixed(next.settings, field));
  if (changed.length === 0) return;
  const remedy = 'Start the gateway anew for it; nothing of this version was taken.';
  next.fail(
    changed.map((field) => ({ path: [field], says: 'changed, which a running gateway cannot do', remedy })),
  );
}
