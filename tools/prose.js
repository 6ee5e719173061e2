// @ts-check
// Why this exists: gates on wording need the sentences that people read, and where each stands. This finds them in pages
// (everything but code), and in sources (text in quotation marks; comments, if they are asked for).

/** A piece of prose: what is not prose has become spaces, so that places and lines stay. @typedef {{ text: string, line: number }} Piece */

/** @param {string} text @returns {string} as many spaces, and the same lines */
const blank = (text) => text.replace(/[^\n]/g, ' ');

/** A page without its code, its comments and the addresses of its links. @param {string} page @returns {Piece[]} */
export function proseOfPage(page) {
  const text = page
    .replace(/^( *)```.*?^\1```/gms, blank)
    .replace(/<!--.*?-->/gs, blank)
    .replace(/`[^`\n]*`/g, blank)
    .replace(/\]\([^)\s]*\)/g, blank);
  return [{ text, line: 1 }];
}

/**
 * One token of a source at a place: a comment, a text, a regular expression, or any other word or character. A `/` begins a
 * regular expression if no value stands before it.
 */
const TOKEN =
  /(\/\/[^\n]*|\/\*.*?\*\/)|('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|(\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*)|[\w$]+|\s+|./gsy;
const VALUE_BEFORE = /(?:[\w$)\]]|^)$/;
const NO_VALUE = /\b(?:return|case|typeof|of|in)$/;

/**
 * The texts of a source, or its comments.
 *
 * @param {string} source @param {'texts' | 'comments'} which @returns {Piece[]}
 */
export function proseOfSource(source, which) {
  /** @type {Piece[]} */
  const pieces = [];
  let before = '';
  let at = 0;
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const [token = source[at] ?? '', comment, text, expression] = TOKEN.exec(source) ?? [];
    const isDivision = expression !== undefined && VALUE_BEFORE.test(before) && !NO_VALUE.test(before);
    const found = which === 'texts' ? text?.slice(1, -1) : comment;
    if (found !== undefined && found.includes(' ')) {
      const line = source.slice(0, at).split('\n').length;
      pieces.push({ text: withoutCode(found), line });
    }
    if (comment === undefined && token.trim() !== '') before = (before + token).slice(-12);
    at += isDivision ? 1 : token.length;
  }
  return joinedLines(pieces);
}

/** Code in backticks, what a template puts in, the stars of a comment. @param {string} text @returns {string} */
function withoutCode(text) {
  return text
    .replace(/`[^`\n]*`/g, blank)
    .replace(/\$\{[^{}]*\}/g, blank)
    .replace(/^\s*(?:\/\*\*?|\*\/|\*|\/\/)/gm, blank)
    .replace(/\*\/$/, blank)
    .replaceAll(/\\[nt]/g, '  ');
}

/** Comments of one line that follow each other are one. @param {Piece[]} pieces @returns {Piece[]} */
function joinedLines(pieces) {
  /** @type {Piece[]} */
  const joined = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last !== undefined && last.line + last.text.split('\n').length === piece.line)
      joined[joined.length - 1] = { text: `${last.text}\n${piece.text}`, line: last.line };
    else joined.push(piece);
  }
  return joined;
}
