import type { EvidenceReport } from 'attestkit/inspect';
import { canBeGiven } from './not-checked.js';
import { stateOf } from './read-check.js';

/** Checks of dates: as of an earlier time, the same evidence may pass. */
const OF_TIME = /_(EXPIRED|TOO_OLD|NOT_YET_VALID|ISSUED_IN_FUTURE)$/;

/** The verdict as a sentence, and what it rests on. */
export function verdictInWords(
  report: Pick<EvidenceReport, 'verdict' | 'checks' | 'notChecked'>,
  title: string,
): {
  readonly says: string;
  readonly because: string;
  /** It passes, and what it passes says little: values to compare it with were not given. */
  readonly isPartly: boolean;
} {
  const failed = report.checks.filter((check) => stateOf(check) === 'failed');
  const made = report.checks.filter((check) => stateOf(check) !== 'not asked').length;
  if (report.verdict === 'pass') {
    const missing = report.notChecked.filter(canBeGiven);
    const others = report.notChecked.length - missing.length;
    const rest = [
      ...(missing.length === 0 ? [] : [`Not compared, because you did not give it: ${missing.join(', ')}.`]),
      ...(others === 0
        ? []
        : [`${others} ${others === 1 ? 'thing' : 'things'} cannot be checked here: see the list.`]),
    ];
    return {
      says: `${title}: passes`,
      because: [`All ${made} checks that were made hold.`, ...rest].join(' '),
      isPartly: missing.length > 0,
    };
  }
  const [first] = failed;
  const time =
    first !== undefined && OF_TIME.test(first.code)
      ? ' To see it as of another time, set the time above.'
      : '';
  return {
    says: `${title}: fails`,
    because: `${failed.length} of ${made} checks ${failed.length === 1 ? 'does' : 'do'} not hold.${time}`,
    isPartly: false,
  };
}

/** The sentence of a check with a capital and a full stop. */
export function asSentence(says: string): string {
  return `${says.charAt(0).toUpperCase()}${says.slice(1)}${/[.!?…]$/.test(says) ? '' : '.'}`;
}
