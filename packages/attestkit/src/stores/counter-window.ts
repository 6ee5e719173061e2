/** A counter: its highest used value, and which of the 64 values below it are used. */
export interface CounterWindow {
  readonly highest: number;
  /** 64 bits, unsigned. Bit 0 is the value below the highest one; a set bit is a used value. */
  readonly used: bigint;
}

/** Values below the highest one that are remembered. */
export const MAX_WINDOW = 64;

const ALL = (1n << 64n) - 1n;

/**
 * Uses a value (RFC 4303 §3.4.3).
 *
 * @returns the counter as it is afterwards, or undefined if the value may not be used
 */
export function useValue(
  counter: CounterWindow | undefined,
  value: number,
  window: number,
): CounterWindow | undefined {
  // What lies before the first value may have been used before there was a counter.
  if (counter === undefined) return value > 0 ? { highest: value, used: ALL } : undefined;
  const { highest, used } = counter;
  if (value > highest) return { highest: value, used: window === 0 ? ALL : shifted(used, value - highest) };
  const below = highest - value;
  if (below === 0 || below > window) return undefined;
  const bit = 1n << BigInt(below - 1);
  return (used & bit) === 0n ? { highest, used: used | bit } : undefined;
}

/** What was used, seen from a value that is as much higher; the highest one until now was used too. */
function shifted(used: bigint, rise: number): bigint {
  if (rise > MAX_WINDOW) return 0n;
  return ((used << BigInt(rise)) | (1n << BigInt(rise - 1))) & ALL;
}

/** The format, then the highest value in 8 hexadecimal digits and the bits in 16. */
const TEXT = /^1([0-9a-f]{8})([0-9a-f]{16})$/;

/** A counter as text. */
export function writeCounter({ highest, used }: CounterWindow): string {
  return `1${highest.toString(16).padStart(8, '0')}${used.toString(16).padStart(16, '0')}`;
}

/** @returns undefined for text of an unknown format */
export function readCounter(text: string): CounterWindow | undefined {
  const [, highest, used] = TEXT.exec(text) ?? [];
  return highest === undefined ? undefined : { highest: parseInt(highest, 16), used: BigInt(`0x${used}`) };
}
