import { HEADS } from './heads.js';
import { request, type Case } from './request.js';
import { TARGETS } from './targets.js';

/** Each target without a token, and with one; then requests whose heads are odd. */
export const CASES: readonly Case[] = [
  ...TARGETS.map((target) => ({ name: nameOf(target), bytes: request({ target }) })),
  ...TARGETS.map((target) => ({
    name: `${nameOf(target)} with a token`,
    bytes: request({ target, more: ['Approov-Token: TOKEN'] }),
  })),
  ...HEADS,
];

function nameOf(target: string): string {
  return target.length > 60 ? `${target.length} bytes` : target;
}
