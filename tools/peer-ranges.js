// @ts-check
// Why this exists: the gate and the tests of peers read the same ranges: alternatives of `^1.2.3`, the lowest first.

const ALTERNATIVE = /^\^(\d+\.\d+\.\d+)$/;

/** @param {string} range @returns {string[] | undefined} the first version of each alternative */
function firstsOf(range) {
  const found = range.split(' || ').map((each) => ALTERNATIVE.exec(each)?.[1]);
  return found.every((each) => each !== undefined) ? found : undefined;
}

/** @param {string} range @returns {string | undefined} undefined where the range has another form */
export function lowestOf(range) {
  return firstsOf(range)?.[0];
}

/** @param {string} range @returns {string} the range of the newest major version alone */
export function newestOf(range) {
  return range.split(' || ').at(-1) ?? range;
}
