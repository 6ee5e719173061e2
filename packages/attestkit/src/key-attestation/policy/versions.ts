import { ConfigurationError } from '../../kernel/errors.js';

/** Versions of Android as KeyMint writes them have six digits at most. */
export const HIGHEST_OS = 999_999;

/** Months by which a patch level may be ahead of the calendar: genuine devices have next month's, and the one after. */
const MONTHS_AHEAD = 12;

/**
 * A version of Android as KeyMint writes it: `13` is 130000, `8.1.0` is 80100.
 *
 * @throws ConfigurationError naming the option
 */
export function readVersion(option: string, version: string): number {
  if (!/^\d{1,2}(\.\d{1,2}){0,2}$/.test(version))
    throw new ConfigurationError(option, 'is not a version of Android', 'Give 13, or 8.1.0.');
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major * 10_000 + minor * 100 + patch;
}

/** A version as people write it: `8.1.0` of 80100. */
export function versionWords(version: number): string {
  return [Math.floor(version / 10_000), Math.floor(version / 100) % 100, version % 100].join('.');
}

/**
 * A patch level as YYYYMMDD; the day is 00 where any will do.
 *
 * @throws ConfigurationError naming the option
 */
export function readPatchLevel(option: string, level: string): number {
  const [, year, month, day = '00'] =
    /^(\d{4})-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?$/.exec(level) ?? [];
  if (year === undefined)
    throw new ConfigurationError(
      option,
      'is not a patch level',
      'Give year and month: 2026-05, or 2026-05-05.',
    );
  return Number(`${year}${month}${day}`);
}

/**
 * Whether a patch level, YYYYMM or YYYYMMDD, is not older than the least; one of a month that there is not, or that is
 * far in the future, is not believed. One without a day is taken for the end of its month.
 */
export function isAtLeastPatch(level: number | undefined, least: number, now: number): boolean {
  if (level === undefined) return false;
  const full = level < 1_000_000 ? level * 100 + 99 : level;
  const month = Math.floor(full / 100) % 100;
  const months = Math.floor(full / 10_000) * 12 + month - 1;
  const today = new Date(now);
  const latest = today.getUTCFullYear() * 12 + today.getUTCMonth() + MONTHS_AHEAD;
  return month >= 1 && month <= 12 && months <= latest && full >= least;
}

const PARTS = ['system', 'vendor', 'boot'] as const;

/** `system 2026-05, boot 2026-05-05` of patch levels as numbers, YYYYMM or YYYYMMDD; those that are there. */
export function patchWords(levels: readonly (number | undefined)[]): string {
  const said = levels.flatMap((level, at) => {
    if (level === undefined) return [];
    const digits = String(level);
    const text = /^\d{6}(\d\d)?$/.test(digits) ? digits.replace(/^(....)(..)(?:00)?(..)?$/, dated) : digits;
    return [`${PARTS[at]} ${text}`];
  });
  return said.length === 0 ? 'none' : said.join(', ');
}

function dated(_: string, year: string, month: string, day?: string): string {
  return [year, month, ...(day === undefined ? [] : [day])].join('-');
}
