/**
 * What the sender most likely did wrong, as the `cause` of an AttestationError: for the operator, never for the client.
 * Its message is one of a fixed set of sentences and contains no value. It changes no verdict.
 *
 * It has no stack trace, as AttestationError has none.
 */
export class LikelyMistake extends Error {
  constructor(sentence: string) {
    const { stackTraceLimit } = Error;
    // Not an assignment, which throws where an application has frozen Error.
    Reflect.set(Error, 'stackTraceLimit', 0);
    super(sentence);
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    this.name = 'LikelyMistake';
  }
}

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
