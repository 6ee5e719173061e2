// Why this exists: what has expired must not depend on the day on which somebody runs the fuzzer.

/** The time of every run in milliseconds: 2026-01-01T00:00:00Z. */
export const NOW = 1_767_225_600_000;

/** The same in seconds. */
export const SECONDS = NOW / 1000;
