/** Milliseconds of each, the largest first. */
const UNITS = [
  ['year', 31_557_600_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** How far a time is from another: `3 days earlier`; undefined if they are the same second. */
function ageOf(time: number, at: number): string | undefined {
  const apart = Math.abs(time - at);
  const unit = UNITS.find(([, length]) => apart >= length);
  if (unit === undefined) return undefined;
  const [name, length] = unit;
  const count = Math.floor(apart / length);
  return `${count} ${name}${count === 1 ? '' : 's'} ${time < at ? 'earlier' : 'later'}`;
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z/g;

/** Puts behind each time in a text how far it is from the one as of which the evidence was checked. */
export function withAges(text: string, at: string): string {
  return text.replace(TIME, (time) => {
    const age = ageOf(Date.parse(time), Date.parse(at));
    return age === undefined ? time : `${time} (${age})`;
  });
}
