/**
 * A clock in whole milliseconds, as stores count, that never runs backwards: what has expired stays so. When the wall clock
 * is set back, it goes on with the time that passes, as the clock of a store does: a challenge must not outlive its claim.
 *
 * @param wall milliseconds since the epoch
 * @param elapsed milliseconds since any moment; never set
 */
export function steadyClock(
  wall: () => number,
  elapsed: () => number = () => performance.now(),
): () => number {
  let latest = wall();
  let seen = elapsed();
  return () => {
    const [shown, at] = [wall(), elapsed()];
    latest = shown >= latest ? shown : latest + (at - seen);
    seen = at;
    return Math.floor(latest);
  };
}
