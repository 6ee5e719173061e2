import { describe, expect, it } from 'vitest';
import { createGuard } from '../../src/create-guard.js';
import { ConfigurationError } from '../../src/kernel/errors.js';
import { decided, double, guarding, request } from './support/double.js';

const PREFIX = { prefix: 'Wallet/' };

/** What the event says that the request claims. */
async function claimed(agent: string | undefined, appSign: object = PREFIX, fields = {}): Promise<unknown> {
  const { guard, events } = guarding([double('a')], { enforcement: 'report', appSign: appSign as never });
  await decided(guard, request({ ...(agent !== undefined && { 'user-agent': agent }), ...fields }));
  return events[0]?.claimed;
}

describe('the sign of the app', () => {
  it.each([
    ['Wallet/3.1', '3.1'],
    ['Wallet/3.1.12-beta+7 (iPhone; iOS 27.0)', '3.1.12-beta+7'],
    ['Wallet/3.1, okhttp/5', '3.1'],
    ['Wallet/', undefined],
    ['Wallet/ 3.1', undefined],
    ['Wallet/3.1<script>', undefined],
    [`Wallet/${'9'.repeat(33)}`, undefined],
    ['Wallet/\u202e1.3', undefined],
  ])('is in %s, with the version %s', async (agent, version) => {
    expect(await claimed(agent)).toEqual({ version });
  });

  it.each([['wallet/3.1'], ['MyWallet/3.1'], [' Wallet/3.1'], ['curl/8'], [''], [undefined]])(
    'is not in %s',
    async (agent) => {
      expect(await claimed(agent)).toBeUndefined();
    },
  );

  it('is read from the field that is named, without regard to case', async () => {
    const sign = { header: 'X-App', prefix: 'w ' };
    expect(await claimed('w 2', sign)).toBeUndefined();
    expect(await claimed(undefined, sign, { 'x-app': 'w 2' })).toEqual({ version: '2' });
  });

  it('changes no decision, and says nothing without the option', async () => {
    const { guard, events } = guarding([double('a')], { appSign: PREFIX });
    await decided(guard, request({ 'user-agent': 'Wallet/3.1' }));
    expect(events).toMatchObject([{ outcome: 'refused', app: undefined, claimed: { version: '3.1' } }]);
    const without = guarding([double('a')]);
    await decided(without.guard, request({ 'user-agent': 'Wallet/3.1' }));
    expect(without.events[0]?.claimed).toBeUndefined();
  });

  it('is unknown where the fields cannot be read', async () => {
    const { guard, events } = guarding([double('a')], { appSign: { header: 'x-app', prefix: 'W' } });
    const broken = request({});
    const fields = broken.fields.bind(broken);
    await decided(guard, {
      ...broken,
      fields: (name) => {
        if (name === 'x-app') throw new Error('gone');
        return fields(name);
      },
    });
    expect(events).toMatchObject([{ outcome: 'refused', claimed: undefined }]);
  });

  it.each([
    [{}, /appSign\.prefix/],
    [{ prefix: '' }, /appSign\.prefix/],
    [{ prefix: 'x'.repeat(101) }, /appSign\.prefix/],
    [{ prefix: 'W', header: 'two words' }, /appSign\.header/],
    [{ prefix: 'W', since: '3' }, /appSign\.since/],
    ['Wallet/', /appSign/],
  ])('is refused as %j', (appSign, message) => {
    const make = () => createGuard({ evidence: [double('a')], appSign: appSign as never });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });
});
