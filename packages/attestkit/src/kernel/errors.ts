import type { CheckDef, Failure, Stage } from '../ports/checks.js';

/**
 * Evidence that does not hold, or that could not be verified now. The message is the check's own sentence and
 * contains no value; `code`, `stage`, `check` and `spec` are for machines.
 *
 * It has no stack trace: a refusal is an outcome, the check says where it comes from, and a flood of junk must not
 * cost more than genuine traffic. A `cause` keeps its own.
 */
export class AttestationError<Code extends string = string> extends Error implements Failure<Code> {
  readonly code: Code;
  readonly stage: Stage;
  readonly check: CheckDef<Code>;
  /** Where the rule comes from: `RFC 7515 §5.2`. */
  readonly spec: string;
  /** Seconds after which trying again makes sense; only for stage `unavailable`. */
  readonly retryAfter: number | undefined;

  constructor(check: CheckDef<Code>, options: { cause?: unknown; retryAfter?: number } = {}) {
    const { stackTraceLimit } = Error;
    // Not an assignment, which throws if an application has frozen Error.
    Reflect.set(Error, 'stackTraceLimit', 0);
    super(check.says, 'cause' in options ? { cause: options.cause } : undefined);
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    this.name = 'AttestationError';
    this.code = check.code;
    this.stage = check.stage;
    this.check = check;
    this.spec = check.spec;
    this.retryAfter = options.retryAfter;
  }
}

/**
 * A configuration that cannot be safe. Thrown at start-up, never in answer to a request; it names the option
 * or variable and the remedy, and never contains the value.
 */
export class ConfigurationError extends Error {
  readonly code = 'ERR_CONFIGURATION';
  /** The option or environment variable at fault. */
  readonly variable: string;
  /** What is wrong with it. */
  readonly problem: string;
  /** What to do about it. */
  readonly remedy: string;

  constructor(variable: string, problem: string, remedy: string, options?: { cause?: unknown }) {
    super(`${variable} ${problem}. ${remedy}`, options);
    this.name = 'ConfigurationError';
    this.variable = variable;
    this.problem = problem;
    this.remedy = remedy;
  }
}
