import { describe, expect, test } from 'vitest';
import { beforeOf, filtersOf, pathOf, searchOf } from '../../src/dashboard/decisions/filters.js';

describe('filters', () => {
  test.each([
    ['', {}],
    ['?outcome=refused&code=ERR_X', { outcome: 'refused', code: 'ERR_X' }],
    ['?outcome=denied', {}],
    ['?outcome=', {}],
    ['?code=%20%20', {}],
    ['?code=%20ERR_X%20', { code: 'ERR_X' }],
    ['?color=red&__proto__=x&limit=9999', {}],
    ['?device=a%26outcome%3Drefused', { device: 'a&outcome=refused' }],
  ])('in %j', (search, filters) => {
    expect(filtersOf(search)).toEqual(filters);
  });

  test.each([
    ['?before=17', 17],
    ['?before=', undefined],
    ['?before=-1', undefined],
    ['?before=1e3', undefined],
    ['?before=1795836784360361', 1_795_836_784_360_361],
    ['?before=9999999999999999', undefined],
    ['?before=17958367843603610', undefined],
    ['?before=1;2', undefined],
    ['', undefined],
  ])('older than, in %j', (search, before) => {
    expect(beforeOf(search)).toBe(before);
  });

  test('go into the query string and back', () => {
    const filters = { outcome: 'reported', requestId: 'a b&c=d#e', device: 'ä' };
    expect(filtersOf(searchOf(filters, 5))).toEqual(filters);
    expect(beforeOf(searchOf(filters, 5))).toBe(5);
    expect(searchOf({}, undefined)).toBe('');
  });

  test('are asked for 50 at a time', () => {
    expect(pathOf({ name: 'orders' }, 7)).toBe('/api/decisions?name=orders&before=7&limit=50');
    expect(pathOf({}, undefined)).toBe('/api/decisions?limit=50');
  });
});
