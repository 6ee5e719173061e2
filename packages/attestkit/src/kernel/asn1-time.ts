import { isPrimitive, TAG, type Asn1 } from './der.js';

/** Milliseconds of 400 years, after which the calendar repeats itself. */
const CYCLE = 146_097 * 86_400_000;

/**
 * UTCTime (years 1950 to 2049) or GeneralizedTime as RFC 5280 §4.1.2.5 has them: `YYMMDDHHMMSSZ`, `YYYYMMDDHHMMSSZ`.
 * Milliseconds since the epoch, or undefined where there is no such time: a 30th of February, a leap second.
 */
export function readTime(element: Asn1 | undefined): number | undefined {
  const isShort = isPrimitive(element, TAG.utcTime);
  if (!isShort && !isPrimitive(element, TAG.generalizedTime)) return undefined;
  const rest = isShort ? 2 : 4;
  if (element.length !== rest + 11 || element.octet(rest + 10) !== 0x5a) return undefined;
  const last = readPair(element, rest - 2);
  const year = isShort ? last + (last < 50 ? 2000 : 1900) : readPair(element, 0) * 100 + last;
  const month = readPair(element, rest);
  const day = readPair(element, rest + 2);
  const hour = readPair(element, rest + 4);
  const minute = readPair(element, rest + 6);
  const second = readPair(element, rest + 8);
  const exists =
    year >= 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(year, month) &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  // Date.UTC takes the years 0 to 99 for those of the twentieth century.
  return exists ? Date.UTC(year + 400, month - 1, day, hour, minute, second) - CYCLE : undefined;
}

/** Two digits; NaN where they are none, which is in no range. */
function readPair(element: Asn1, index: number): number {
  const tens = element.octet(index) - 0x30;
  const ones = element.octet(index + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
