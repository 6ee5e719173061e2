import { expect, it } from 'vitest';
import { receiptDue } from '../../src/app-attest/receipt/due.js';
import { DAY, NOW } from './support/receipts.js';

const expiresAt = NOW + 90 * DAY;
const notBefore = NOW + DAY;

it.each([
  ['wait', { expiresAt, notBefore }, NOW],
  ['wait', { expiresAt, notBefore }, notBefore - 1],
  ['due', { expiresAt, notBefore }, notBefore],
  ['due', { expiresAt, notBefore: undefined }, NOW],
  ['due', { expiresAt, notBefore }, expiresAt - 7 * DAY - 1],
  ['late', { expiresAt, notBefore }, expiresAt - 7 * DAY],
  ['late', { expiresAt, notBefore }, expiresAt],
  ['late', { expiresAt, notBefore: undefined }, expiresAt + DAY],
] as const)('is %s: %o at %i', (verdict, receipt, now) => {
  expect(receiptDue(receipt, now)).toBe(verdict);
});
