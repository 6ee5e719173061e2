import { isPrimitive, TAG, type Asn1 } from './der.js';

/** Milliseconds of 400 years, after which the calendar repeats itself. */
const CYCLE = 146_097 * 86_400_000;

/** Octets of the longest time that is read: `20260102030405.123456789+0100`. */
const MAX_TIME = 32;

/** What X.680 §46 and §47 allow behind the year besides: no seconds, a fraction of them, an offset instead of `Z`. */
const OTHER_FORM =
  /^(?<month>\d\d)(?<day>\d\d)(?<hour>\d\d)(?<minute>\d\d)(?:(?<second>\d\d)(?:\.(?<fraction>\d{1,9}))?)?(?:Z|(?<sign>[+-])(?<ahead>\d\d)(?<minutes>\d\d))$/;

/** Hours by which a time zone may be ahead; OpenSSL reads no more. */
const MAX_OFFSET = 12;

/**
 * UTCTime (years 1950 to 2049) or GeneralizedTime. RFC 5280 §4.1.2.5 has `YYMMDDHHMMSSZ` and `YYYYMMDDHHMMSSZ` alone; the
 * other forms that name one instant are read too, as OpenSSL and Java do. Milliseconds since the epoch, or undefined
 * if there is no such time: a 30th of February, a leap second, a time of no time zone.
 */
export function readTime(element: Asn1 | undefined): number | undefined {
  const isShort = isPrimitive(element, TAG.utcTime);
  if (!isShort && !isPrimitive(element, TAG.generalizedTime)) return undefined;
  const rest = isShort ? 2 : 4;
  if (element.length !== rest + 11 || element.octet(rest + 10) !== 0x5a)
    return readOtherForm(element, isShort);
  const last = readPair(element, rest - 2);
  const year = isShort ? last + (last < 50 ? 2000 : 1900) : readPair(element, 0) * 100 + last;
  return instantOf(
    year,
    readPair(element, rest),
    readPair(element, rest + 2),
    readPair(element, rest + 4),
    readPair(element, rest + 6),
    readPair(element, rest + 8),
  );
}

function readOtherForm(element: Asn1, isShort: boolean): number | undefined {
  if (element.length > MAX_TIME) return undefined;
  const text = Buffer.from(element.content).toString('latin1');
  const digits = isShort ? 2 : 4;
  const year = /^\d+$/.test(text.slice(0, digits)) ? Number(text.slice(0, digits)) : Number.NaN;
  const { groups } = OTHER_FORM.exec(text.slice(digits)) ?? {};
  const { fraction = '', second = '0', sign, ahead = '0', minutes = '0' } = groups ?? {};
  if (isShort && fraction !== '') return undefined;
  const instant = instantOf(
    isShort ? year + (year < 50 ? 2000 : 1900) : year,
    Number(groups?.['month']),
    Number(groups?.['day']),
    Number(groups?.['hour']),
    Number(groups?.['minute']),
    Number(second),
  );
  if (instant === undefined || Number(ahead) > MAX_OFFSET || Number(minutes) > 59) return undefined;
  const offset = (Number(ahead) * 60 + Number(minutes)) * 60_000;
  const part = Math.floor(Number(`0.${fraction || 0}`) * 1000);
  return instant + part + (sign === '-' ? offset : -offset);
}

function instantOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
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

/** Two digits; NaN for other characters, which is in no range. */
function readPair(element: Asn1, index: number): number {
  const tens = element.octet(index) - 0x30;
  const ones = element.octet(index + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
