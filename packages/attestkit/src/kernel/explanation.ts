/**
 * The usual reason of a refusal: the `cause` of an AttestationError, for operators. Its message is a sentence of this
 * library and contains nothing that a client sent, so events carry it at every stage. It has no stack trace, since
 * refusals are as frequent as clients want.
 */
export class Explanation extends Error {
  override readonly name: string = 'Explanation';

  constructor(message: string) {
    const { stackTraceLimit } = Error;
    // Not an assignment, which throws if an application has frozen Error.
    Reflect.set(Error, 'stackTraceLimit', 0);
    super(message);
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}
