import { KEY_PATHS, KNOWN_WORDS, LETTER_PAIRS, LOOKALIKES } from './secret-words.js';

/** How short a text can be told. */
export interface Telling {
  /** Bits by which the telling is shorter than the text is long. */
  readonly saved: number;
  /** Bits of what in the text is neither word, number nor row of keys. Of a number: those of its digits. */
  readonly drawn: number;
}

/** The cost of an event of this likelihood, in bits. */
const bits = (likelihood: number): number => -Math.log2(likelihood);

/** Where the telling of a text stands: between its pieces, or within one. */
const GAP = 0; // at the start of written text, or after a separator
const AFTER = 1; // after a word, a number or a row
const AFTER_CAPITAL = 2; // after a word with a capital
const DRAWN = 3; // in characters that were drawn
const LOWER = 4; // in a word in small letters
const CAPITAL = 5; // in a word with a capital
const UPPER = 6; // in a word in capitals
const NUMBER = 7;
const RUN = 8; // in a row: `abc`, `qwert`, `111`
const HEXADECIMAL = 9; // in hexadecimal digits that were drawn
const PLACES = 10;

/**
 * What comes next in each gap. The likelihoods of a row add up to 1 with those of `LEAVE`, as do those of its three cases: so
 * that the telling is a code, and 2 to the minus its length a distribution over all texts.
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

const BEGIN = 1; // written or drawn
const [LEAVE, LEAVE_FOR_HEXADECIMAL] = [bits(0.03), bits(0.02)];
const [STAY_DRAWN, ENTER] = [bits(0.96), bits(0.04)];
const [PLAIN, LOOKALIKE] = [bits(29 / 32), bits(1 / 32)];
const DIGIT = Math.log2(10);
const HEXADECIMAL_DIGIT = Math.log2(22); // in either case
const [MORE_DIGITS, END_NUMBER] = [DIGIT + bits(0.8), bits(0.2)];
const [SAME, UP, DOWN, ALONG, BACK, EVERY_OTHER, END_RUN] = [0.22, 0.28, 0.08, 0.075, 0.025, 0.12, 0.1].map(
  bits,
) as [number, number, number, number, number, number, number];

const codes = (text: string): number[] => [...text].map((each) => each.charCodeAt(0));

/** Of a character its letter, 1 to 26, and 0 where it is none. */
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
 * The shortest telling of a text by a small grammar of what people write: words by their letters or from a list, in any
 * case and with lookalikes, numbers, separators, rows of keys, and characters drawn from an alphabet for all else.
 *
 * The grammar is a code (Kraft's inequality). Of texts that are drawn at random from an alphabet of this size,
 * however long, therefore at most 2^-t can be told in t bits less than they have.
 *
 * @param size how many characters there are that the text could have been drawn from
 */
export function tell(text: string, size: number): Telling {
  const character = Math.log2(size);
  const { length } = text;
  let now = new Path();
  let next = new Path();
  now.reach(GAP, BEGIN, 0);
  now.reach(DRAWN, BEGIN, 0);
  const arrivals: (Path | undefined)[] = [];
  for (let at = 0; ; at += 1) {
    const before = at === 0 ? 0 : text.charCodeAt(at - 1);
    if (at > 0) endPieces(now, letterOf(before), arrivals[at]);
    for (let gap = GAP; gap <= AFTER_CAPITAL; gap += 1) {
      now.reach(DRAWN, now.cost(gap) + LEAVE, now.drawn(gap));
      now.reach(HEXADECIMAL, now.cost(gap) + LEAVE_FOR_HEXADECIMAL, now.drawn(gap));
    }
    now.reach(GAP, now.cost(DRAWN) + ENTER, now.drawn(DRAWN));
    now.reach(GAP, now.cost(HEXADECIMAL) + ENTER, now.drawn(HEXADECIMAL));
    if (at === length) break;
    spell(text, at, now, arrivals);
    next.clear();
    draw(now, next, text.charCodeAt(at), character);
    beginPieces(now, next, text.charCodeAt(at), character);
    if (at > 0) goOn(now, next, text, at);
    [now, next] = [next, now];
  }
  const ends = [GAP, AFTER, AFTER_CAPITAL, DRAWN, HEXADECIMAL];
  const end = ends.reduce((best, each) => (now.cost(each) < now.cost(best) ? each : best));
  return { saved: length * character - now.cost(end), drawn: now.drawn(end) };
}

const NOWHERE = Array.from({ length: PLACES }, () => Infinity);
const NOTHING = Array.from({ length: PLACES }, () => 0);

/** The cheapest telling so far to each place, and how much of it was drawn. */
class Path {
  readonly #cost: number[] = NOWHERE.slice();
  readonly #drawn: number[] = NOTHING.slice();

  cost(place: number): number {
    return this.#cost[place] as number;
  }

  drawn(place: number): number {
    return this.#drawn[place] as number;
  }

  reach(place: number, cost: number, drawn: number): void {
    if (cost >= (this.#cost[place] as number)) return;
    this.#cost[place] = cost;
    this.#drawn[place] = drawn;
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
      now.reach(gap, arrived.cost(gap), arrived.drawn(gap));
  now.reach(AFTER, now.cost(LOWER) + pair(letter, 0), now.drawn(LOWER));
  now.reach(AFTER, now.cost(UPPER) + pair(letter, 0), now.drawn(UPPER));
  now.reach(AFTER_CAPITAL, now.cost(CAPITAL) + pair(letter, 0), now.drawn(CAPITAL));
  now.reach(AFTER, now.cost(NUMBER) + END_NUMBER, now.drawn(NUMBER));
  now.reach(AFTER, now.cost(RUN) + END_RUN, now.drawn(RUN));
}

/** Known words that begin here, to where they end. */
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
      if (lower) arrival.reach(AFTER, cost + next.lower, now.drawn(gap));
      if (capital) arrival.reach(AFTER_CAPITAL, cost + next.capital, now.drawn(gap));
      if (upper) arrival.reach(AFTER, cost + next.upper, now.drawn(gap));
    }
  }
}

/** A character that was drawn. */
function draw(now: Path, next: Path, code: number, character: number): void {
  next.reach(DRAWN, now.cost(DRAWN) + STAY_DRAWN + character, now.drawn(DRAWN) + character);
  const letter = small(code);
  if ((code < 48 || code > 57) && (letter < 97 || letter > 102)) return;
  next.reach(HEXADECIMAL, now.cost(HEXADECIMAL) + STAY_DRAWN + HEXADECIMAL_DIGIT, now.drawn(HEXADECIMAL) + 4);
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
    const drawn = now.drawn(gap);
    const after = NEXT[gap] as Next;
    if (isCapital) {
      next.reach(CAPITAL, cost + after.word + after.capital + spelled, drawn);
      next.reach(UPPER, cost + after.word + after.upper + spelled, drawn);
    } else if (letter !== 0) next.reach(LOWER, cost + after.word + after.lower + spelled, drawn);
    if (isDigit) next.reach(NUMBER, cost + after.number, drawn + DIGIT);
    else if (plain === 0 && code < 128)
      next.reach(GAP, cost + after.separator + (SEPARATORS[code] as number), drawn);
    next.reach(RUN, cost + after.run + character, drawn);
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
    if (!isUpper) next.reach(LOWER, now.cost(LOWER) + cost, now.drawn(LOWER));
    if (!isUpper) next.reach(CAPITAL, now.cost(CAPITAL) + cost, now.drawn(CAPITAL));
    if (!isLower) next.reach(UPPER, now.cost(UPPER) + cost, now.drawn(UPPER));
  }
  if (code >= 48 && code <= 57) next.reach(NUMBER, now.cost(NUMBER) + MORE_DIGITS, now.drawn(NUMBER) + DIGIT);
  const step = at === 1 ? Infinity : code - text.charCodeAt(at - 2);
  next.reach(RUN, now.cost(RUN) + stepOfRun(before, code, step), now.drawn(RUN));
}

/** How a row goes on: with the same, the next or the last character, along the keys, or with every other one. */
function stepOfRun(before: number, code: number, fromLastButOne: number): number {
  if (code === before) return SAME;
  if (code === before + 1) return UP;
  if (code === before - 1) return DOWN;
  const [key, other] = [small(before), small(code)];
  if (key < 128 && other < 128 && ALONG_KEYS[key * 128 + other] === 1) return ALONG;
  if (key < 128 && other < 128 && ALONG_KEYS[other * 128 + key] === 1) return BACK;
  return fromLastButOne === 1 ? EVERY_OTHER : Infinity;
}

const small = (code: number): number => (code >= 65 && code <= 90 ? code + 32 : code);
