import { describe, expect, test } from 'vitest';
import { shopOrderStores, shopReference } from './mapping/shop-reference.ts';

describe('what an order says of the shop’s orders', () => {
  test.each([
    ['#1001', ['1001'], null],
    [' WEB_#1001 ', ['1001'], 'WEB'],
    ['#1001, #1002', ['1001', '1002'], null],
    ['web-#1001 / web-#1002', ['1001', '1002'], 'WEB'],
    ['WEB_#1001; #1002', ['1001', '1002'], 'WEB'],
    ['#1001 y #1002 #1003', ['1001', '1002', '1003'], null],
    ['#1001,#1001', ['1001'], null],
    ['WEB_#1001, SUR_#1002', ['1001', '1002'], null],
    ['OC 4500', null, null],
    ['#1001 cambio de talla', null, null],
    ['#1001, falta uno', null, null],
    ['1001', null, null],
    ['WEB1001', null, null],
  ])('%s', (reference, names, prefix) => {
    expect(shopReference([reference])).toEqual(names === null ? null : { names, prefix });
  });

  test.each([
    ['WEB1001', ['1001'], 'WEB'],
    ['web-1001', ['1001'], 'WEB'],
    ['#WEB1001', ['1001'], 'WEB'],
    ['Web 1001, Web 1002', ['1001', '1002'], 'WEB'],
    ['S.UR1001', ['1001'], 'S.UR'],
    ['SXUR1001', null, null],
    ['OC 4500', null, null],
    ['4500', null, null],
  ])('after a configured prefix no # is needed: %s', (reference, names, prefix) => {
    expect(shopReference([reference], ['WEB_', 's.ur'])).toEqual(names === null ? null : { names, prefix });
  });

  test('the first field that is nothing but a reference counts', () => {
    expect(shopReference([null, 'para Ana', ' ', 'WEB_#1001', '#1002'])).toEqual({ names: ['1001'], prefix: 'WEB' });
  });

  test('of which shop it is: team, website, company and what a connector says', () => {
    const order = { team: 'Tienda Sur', website: 2, company: 3 };
    const own = ['team:tienda sur', 'website:2', 'company:3'];
    expect(shopOrderStores({ ...order, stores: [false, [7, 'Sur'], 8] })).toEqual([...own, 'store:7']);
    expect(shopOrderStores({ ...order, stores: [0, ' ', null, undefined] })).toEqual(own);
    expect(shopOrderStores({ team: null, website: null, company: null, stores: [' Sur '] })).toEqual(['store:sur']);
  });
});
