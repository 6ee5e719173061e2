import { KEY_PATHS, KNOWN_WORDS, LETTER_PAIRS, LOOKALIKES } from './secret-words.js';

/** The shortest description of a text. */
export interface Description {
  /** Bits by which it is shorter than the text. Negative if it is longer. */
  readonly saved: number;
  /** Bits of the text that are described as random characters, or as the digits of a number. */
  readonly random: number;
}

/** The cost of an event of this likelihood, in bits. */
const bits = (likelihood: number): number => -Math.log2(likelihood);

/** Where the description of a text stands: between two pieces of it, or within one. */
const GAP = 0; // at the start of written text, or after a separator
const AFTER = 1; // after a word, a number or a row
const AFTER_CAPITAL = 2; // after a word with a capital
const RANDOM = 3; // in random characters
const LOWER = 4; // in a word in small letters
const CAPITAL = 5; // in a word with a capital
const UPPER = 6; // in a word in capitals
const NUMBER = 7;
const RUN = 8; // in a row: `abc`, `qwert`, `111`
const HEXADECIMAL = 9; // in random hexadecimal digits
const PLACES = 10;

/**
 * What comes next in each gap. The likelihoods of a row add up to 1 with those of `LEAVE`, as do those of its three cases: so
 * that the description is a code, and 2 to the minus its length a distribution over all texts.
 */
const NEXT = [
  { known: 0.42, word: 0.33, number: 0.12, run: 0.05, separator: 0.03, cases: [0.6, 0.25, 0.15] },
  { known: 0.2, word: 0.13, number: 0.1, run: 0.03, separator: 0.49, cases: [0.6, 0.3, 0.1] },
  { known: 0.33, word: 0.23, number: 0.1, run: 0.03, separator: 0.26, cases: [0.1, 0.8, 0.1] },
].map(({ known, word, number, run, separator, cases: [lower = 0, capital = 0, upper = 0] }) => ({
  known: bits(known) + Math.log2(KNOWN_WORDS.length),
  word: bits(word),
  lower: bits(lower),
  capital: bits(capital),
  upper: bits(upper),
  number: bits(number) + Math.log2(10),
  run: bits(run),
  separator: bits(separator),
}));

type Next = (typeof NEXT)[number];

const BEGIN = 1; // written or random
const [LEAVE, LEAVE_FOR_HEXADECIMAL] = [bits(0.03), bits(0.02)];
const [STAY_RANDOM, ENTER] = [bits(0.96), bits(0.04)];
const [PLAIN, LOOKALIKE] = [bits(29 / 32), bits(1 / 32)];
const DIGIT = Math.log2(10);
const HEXADECIMAL_DIGIT = Math.log2(22); // in either case
const [MORE_DIGITS, END_NUMBER] = [DIGIT + bits(0.8), bits(0.2)];
const [SAME, UP, DOWN, ALONG, BACK, EVERY_OTHER, UP_IN_OTHER_CASE, END_RUN] = [
  0.2, 0.26, 0.08, 0.07, 0.025, 0.1, 0.08, 0.1,
].map(bits) as [number, number, number, number, number, number, number, number];

const codes = (text: string): number[] => [...text].map((each) => each.charCodeAt(0));

/** Of a character its letter, 1 to 26, or 0. */
const LETTER = new Uint8Array(128);
for (let letter = 1; letter <= 26; letter += 1) LETTER[64 + letter] = LETTER[96 + letter] = letter;
const WRITTEN_FOR = new Uint8Array(128);
for (const [written, letter] of Object.entries(LOOKALIKES))
  WRITTEN_FOR[written.charCodeAt(0)] = letter.charCodeAt(0) - 96;

const PAIRS = Float64Array.from(LETTER_PAIRS.flatMap(codes), (code) =>
  code < 65 ? Infinity : (code - (code < 97 ? 64 : 70)) / 4,
);

const ALONG_KEYS = new Uint8Array(128 * 128);
for (const path of KEY_PATHS)
  for (const [at, key] of codes(path).slice(0, -1).entries())
    ALONG_KEYS[key * 128 + path.charCodeAt(at + 1)] = 1;

const SEPARATORS = new Float64Array(128).fill(bits(0.1 / 33));
for (const [separator, likelihood] of Object.entries({ '-': 0.35, _: 0.3, ' ': 0.15, '.': 0.06, '/': 0.04 }))
  SEPARATORS[separator.charCodeAt(0)] = bits(likelihood);

/** The known words as a tree: of each node the child by letter, and at 0 whether a word ends here. */
const TREE: number[][] = [[]];
for (const word of KNOWN_WORDS) {
  let node = 0;
  for (const code of codes(word)) {
    const children = TREE[node] as number[];
    node = children[code - 96] ??= TREE.push([]) - 1;
  }
  (TREE[node] as number[])[0] = 1;
}

/**
 * Describes a text as briefly as possible, by a small grammar of what people write: words by their letters or from a
 * list, in any case and with lookalikes, numbers, separators, rows of keys, and random characters for everything else.
 *
 * The grammar is a code (Kraft's inequality). So of all texts of one length over an alphabet of this size, at most one
 * in 2^t has a description that is t bits shorter.
 *
 * @param size how many characters the alphabet has that a generator would have used
 */
export function describeText(text: string, size: number): Description {
  const character = Math.log2(size);
  const { length } = text;
  let now = new Path();
  let next = new Path();
  now.reach(GAP, BEGIN, 0);
  now.reach(RANDOM, BEGIN, 0);
  const arrivals: (Path | undefined)[] = [];
  for (let at = 0; ; at += 1) {
    const before = at === 0 ? 0 : text.charCodeAt(at - 1);
    if (at > 0) endPieces(now, letterOf(before), arrivals[at]);
    for (let gap = GAP; gap <= AFTER_CAPITAL; gap += 1) {
      now.reach(RANDOM, now.cost(gap) + LEAVE, now.random(gap));
      now.reach(HEXADECIMAL, now.cost(gap) + LEAVE_FOR_HEXADECIMAL, now.random(gap));
    }
    now.reach(GAP, now.cost(RANDOM) + ENTER, now.random(RANDOM));
    now.reach(GAP, now.cost(HEXADECIMAL) + ENTER, now.random(HEXADECIMAL));
    if (at === length) break;
    spell(text, at, now, arrivals);
    next.clear();
    addRandom(now, next, text.charCodeAt(at), character);
    beginPieces(now, next, text.charCodeAt(at), character);
    if (at > 0) goOn(now, next, text, at);
    [now, next] = [next, now];
  }
  const ends = [GAP, AFTER, AFTER_CAPITAL, RANDOM, HEXADECIMAL];
  const end = ends.reduce((best, each) => (now.cost(each) < now.cost(best) ? each : best));
  return { saved: length * character - now.cost(end), random: now.random(end) };
}

const NOWHERE = Array.from({ length: PLACES }, () => Infinity);
const NOTHING = Array.from({ length: PLACES }, () => 0);

/** The shortest description that leads to each place, and how many of its bits are random. */
class Path {
  readonly #cost: number[] = NOWHERE.slice();
  readonly #random: number[] = NOTHING.slice();

  cost(place: number): number {
    return this.#cost[place] as number;
  }

  random(place: number): number {
    return this.#random[place] as number;
  }

  reach(place: number, cost: number, random: number): void {
    if (cost >= (this.#cost[place] as number)) return;
    this.#cost[place] = cost;
    this.#random[place] = random;
  }

  clear(): void {
    this.#cost.fill(Infinity);
  }
}

function letterOf(code: number): number {
  return code < 128 ? (LETTER[code] as number) || (WRITTEN_FOR[code] as number) : 0;
}

const pair = (before: number, after: number): number => PAIRS[before * 27 + after] as number;

function endPieces(now: Path, letter: number, arrived: Path | undefined): void {
  if (arrived !== undefined)
    for (let gap = AFTER; gap <= AFTER_CAPITAL; gap += 1)
      now.reach(gap, arrived.cost(gap), arrived.random(gap));
  now.reach(AFTER, now.cost(LOWER) + pair(letter, 0), now.random(LOWER));
  now.reach(AFTER, now.cost(UPPER) + pair(letter, 0), now.random(UPPER));
  now.reach(AFTER_CAPITAL, now.cost(CAPITAL) + pair(letter, 0), now.random(CAPITAL));
  now.reach(AFTER, now.cost(NUMBER) + END_NUMBER, now.random(NUMBER));
  now.reach(AFTER, now.cost(RUN) + END_RUN, now.random(RUN));
}

/** Known words that begin here, up to their ends. */
function spell(text: string, at: number, now: Path, arrivals: (Path | undefined)[]): void {
  let node = 0;
  let spelled = 0;
  let lower = true;
  let capital = true;
  let upper = true;
  for (let end = at; end < text.length && (lower || capital || upper); end += 1) {
    const code = text.charCodeAt(end);
    const plain = code < 128 ? (LETTER[code] as number) : 0;
    const child = (TREE[node] as number[])[plain || letterOf(code)];
    if (child === undefined || letterOf(code) === 0) return;
    node = child;
    spelled += plain === 0 ? LOOKALIKE : PLAIN;
    if (plain !== 0) {
      const isSmall = code >= 97;
      lower &&= isSmall;
      upper &&= !isSmall;
      capital &&= isSmall === end > at;
    }
    if ((TREE[node] as number[])[0] === undefined) continue;
    const arrival = (arrivals[end + 1] ??= new Path());
    for (let gap = GAP; gap <= AFTER_CAPITAL; gap += 1) {
      const next = NEXT[gap] as Next;
      const cost = now.cost(gap) + next.known + spelled;
      if (lower) arrival.reach(AFTER, cost + next.lower, now.random(gap));
      if (capital) arrival.reach(AFTER_CAPITAL, cost + next.capital, now.random(gap));
      if (upper) arrival.reach(AFTER, cost + next.upper, now.random(gap));
    }
  }
}

/** A random character. */
function addRandom(now: Path, next: Path, code: number, character: number): void {
  next.reach(RANDOM, now.cost(RANDOM) + STAY_RANDOM + character, now.random(RANDOM) + character);
  const letter = small(code);
  if ((code < 48 || code > 57) && (letter < 97 || letter > 102)) return;
  next.reach(
    HEXADECIMAL,
    now.cost(HEXADECIMAL) + STAY_RANDOM + HEXADECIMAL_DIGIT,
    now.random(HEXADECIMAL) + 4,
  );
}

/** The first character of a piece. */
function beginPieces(now: Path, next: Path, code: number, character: number): void {
  const plain = code < 128 ? (LETTER[code] as number) : 0;
  const letter = letterOf(code);
  const isDigit = code >= 48 && code <= 57;
  const isCapital = plain !== 0 && code < 97;
  const spelled = pair(0, letter) + (plain === 0 ? LOOKALIKE : PLAIN);
  for (let gap = GAP; gap <= AFTER_CAPITAL; gap += 1) {
    const cost = now.cost(gap);
    if (cost === Infinity) continue;
    const random = now.random(gap);
    const after = NEXT[gap] as Next;
    if (isCapital) {
      next.reach(CAPITAL, cost + after.word + after.capital + spelled, random);
      next.reach(UPPER, cost + after.word + after.upper + spelled, random);
    } else if (letter !== 0) next.reach(LOWER, cost + after.word + after.lower + spelled, random);
    if (isDigit) next.reach(NUMBER, cost + after.number, random + DIGIT);
    else if (plain === 0 && code < 128)
      next.reach(GAP, cost + after.separator + (SEPARATORS[code] as number), random);
    next.reach(RUN, cost + after.run + character, random);
  }
}

/** Another character of the same piece. */
function goOn(now: Path, next: Path, text: string, at: number): void {
  const code = text.charCodeAt(at);
  const before = text.charCodeAt(at - 1);
  const plain = code < 128 ? (LETTER[code] as number) : 0;
  const letter = letterOf(code);
  if (letter !== 0) {
    const cost = pair(letterOf(before), letter) + (plain === 0 ? LOOKALIKE : PLAIN);
    const isUpper = plain !== 0 && code < 97;
    const isLower = plain !== 0 && code >= 97;
    if (!isUpper) next.reach(LOWER, now.cost(LOWER) + cost, now.random(LOWER));
    if (!isUpper) next.reach(CAPITAL, now.cost(CAPITAL) + cost, now.random(CAPITAL));
    if (!isLower) next.reach(UPPER, now.cost(UPPER) + cost, now.random(UPPER));
  }
  if (code >= 48 && code <= 57)
    next.reach(NUMBER, now.cost(NUMBER) + MORE_DIGITS, now.random(NUMBER) + DIGIT);
  const step = at === 1 ? Infinity : code - text.charCodeAt(at - 2);
  next.reach(RUN, now.cost(RUN) + stepOfRun(before, code, step), now.random(RUN));
}

/** How a row goes on: with the same, the next or the last character, along the keys, or with every other character. */
function stepOfRun(before: number, code: number, fromLastButOne: number): number {
  if (code === before) return SAME;
  if (code === before + 1) return UP;
  if (code === before - 1) return DOWN;
  const [key, other] = [small(before), small(code)];
  if (other === key + 1) return UP_IN_OTHER_CASE;
  if (key < 128 && other < 128 && ALONG_KEYS[key * 128 + other] === 1) return ALONG;
  if (key < 128 && other < 128 && ALONG_KEYS[other * 128 + key] === 1) return BACK;
  return fromLastButOne === 1 ? EVERY_OTHER : Infinity;
}

const small = (code: number): number => (code >= 65 && code <= 90 ? code + 32 : code);
