import { createClient } from 'attestkit-client';
import { expoAppAttest } from 'attestkit-client/expo';
import { memoryStorage } from 'attestkit-client/testing';
import { Wallet } from '../src/wallet';
import { AUDIENCE, fetch } from './bank';
import { appIntegrity, failNext } from './phones';

function walletOf(login: string): Wallet {
  const client = createClient({
    baseUrl: AUDIENCE,
    audience: AUDIENCE,
    account: login,
    attester: expoAppAttest(appIntegrity),
    storage: memoryStorage(),
    headers: () => ({ 'x-login': login }),
    fetch,
  });
  return new Wallet(client, login, () => 'transfer-1');
}

test('a wallet enrolls a virtual iPhone, and sends a signed transfer', async () => {
  const wallet = walletOf('dora');
  expect(await wallet.balance()).toEqual({ cents: 10_000, currency: 'EUR' });
  expect(await wallet.send(wallet.draft('ben', 1250))).toEqual({ cents: 8750, currency: 'EUR' });
  expect(await wallet.support()).toMatchObject({ hasKey: true, hasSession: true });
});

test('a wallet rejects with a typed error if Apple does not answer', async () => {
  failNext({ attestKeyAsync: ['SERVER_UNAVAILABLE'] });
  const wallet = walletOf('emil');
  await expect(wallet.balance()).rejects.toMatchObject({ name: 'ClientError', type: 'throttled' });
  await wallet.tryAgain();
  expect(await wallet.balance()).toEqual({ cents: 10_000, currency: 'EUR' });
});
