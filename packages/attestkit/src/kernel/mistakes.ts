/** One way to get it wrong: the sentence, and the bytes that it leads to. */
export type Mistake = readonly [says: string, bytes: Uint8Array];

/**
 * The sentence of the first mistake that fits; undefined if none does.
 *
 * @param mistakes made one by one, and no further than the first that fits
 */
export function firstThatFits(
  mistakes: Iterable<Mistake>,
  fits: (bytes: Uint8Array) => boolean,
): string | undefined {
  for (const [says, bytes] of mistakes) if (fits(bytes)) return says;
  return undefined;
}
