import { appendFileSync } from 'node:fs';
import type { WireRequest, WireResponse } from './message.js';

/** What is new in each run: keys, tokens, digests, times. */
const RANDOM = /[A-Za-z0-9_+/-]{16,}={0,2}(?:\.[A-Za-z0-9_-]{16,})*|\d{9,}|127\.0\.0\.1:\d+/g;

const FILE = process.env['ATTESTKIT_RECORD'];

/**
 * Notes what was answered, where `ATTESTKIT_RECORD` names a file: a line for each exchange, without what is random in it.
 * Two versions answer alike if `sort` makes the same text of both files.
 */
export function recorded(
  { method = 'GET', target, headers = [] }: WireRequest,
  response: WireResponse,
): WireResponse {
  if (FILE === undefined) return response;
  const { status, body } = response;
  const asked = headers.map(([name]) => name.toLowerCase());
  const answered = response.headers.filter(([name]) => name !== 'date');
  const line = JSON.stringify({ method, target, asked, status, answered, body });
  appendFileSync(FILE, `${line.replace(RANDOM, (text) => (/[A-Z\d]/.test(text) ? '~' : text))}\n`);
  return response;
}
