import {
  AttesterError,
  ClientError,
  MESSAGES,
  createClient,
  type ClientErrorType,
  type KeyAttester,
} from 'attestkit-client';
import { expoAppAttest, expoKeyAttestation } from 'attestkit-client/expo';
import {
  failing,
  fakeExpoAppAttest,
  fakeExpoKeyAttestation,
  memoryStorage,
  type Fault,
} from 'attestkit-client/testing';
import { protect } from 'attestkit/web';
import { describe, expect, it } from 'vitest';
// oxlint-disable-next-line no-restricted-imports -- it is not published: the client's own tests use it
import * as real from '../../../packages/client/test/support/server.js';
import { ERROR_TYPES, messageOf, supportLines } from '../src/messages.js';
import { ApiError, centsIn, loginIn, LOGIN_HEADER, moneyText, Wallet, type Transfer } from '../src/wallet.js';

const { AUDIENCE, clock, LOGIN, platforms, testServer } = real;
const PHONES = ['iPhone', 'Android'] as const;

function attesterOf(phone: (typeof PHONES)[number], fault?: Fault) {
  if (phone === 'iPhone') return expoAppAttest(fakeExpoAppAttest(platforms.iPhone(), fault));
  const { integrity, keystore } = fakeExpoKeyAttestation(platforms.android(), fault);
  return expoKeyAttestation(integrity, keystore);
}

/** An API with one account of 100.00 EUR, behind the guard of a real server. */
function bank() {
  const server = testServer();
  const made = new Map<string, Transfer>();
  const balance = () => {
    const sent = [...made.values()].reduce((sum, { cents }) => sum + cents, 0);
    return { cents: 10_000 - sent, currency: 'EUR' };
  };
  const isUser = (request: Request, user: unknown) =>
    user !== undefined && request.headers.get(LOGIN) === user;
  const routes: Record<string, (request: Request) => Promise<Response>> = {
    'GET /balance': protect(server.guard, (request, { session }) =>
      isUser(request, session?.subject) ? Response.json(balance()) : Response.json({}, { status: 403 }),
    ),
    'POST /transfers': protect(
      server.guard,
      async (request, { session }) => {
        if (!isUser(request, session?.subject)) return Response.json({}, { status: 403 });
        const transfer = (await request.json()) as Transfer;
        if (transfer.cents > balance().cents) return Response.json({}, { status: 402 });
        made.set(transfer.id, transfer);
        return Response.json(balance());
      },
      { signedRequest: true },
    ),
  };
  return {
    made,
    async fetch(request: Request): Promise<Response> {
      const route = `${request.method} ${new URL(request.url).pathname}`;
      return await (routes[route] ?? server.fetch)(request);
    },
  };
}

type Bank = ReturnType<typeof bank>;
/** What a network makes of a request. */
type Network = (request: Request, send: Bank['fetch']) => Promise<Response>;

interface Setup {
  readonly phone?: (typeof PHONES)[number];
  readonly login?: string;
  readonly fault?: Fault;
  /** Default that of the phone. */
  readonly attester?: KeyAttester;
  readonly network?: Network;
  readonly devicePath?: string;
}

let ids = 0;

function walletAt(api: Bank, setup: Setup = {}) {
  const { phone = 'iPhone', login = 'anna', fault, devicePath = '/device' } = setup;
  const { attester = attesterOf(phone, fault) } = setup;
  const network: Network = setup.network ?? ((request, send) => send(request));
  const storage = memoryStorage();
  const client = createClient({
    baseUrl: AUDIENCE,
    audience: AUDIENCE,
    account: login,
    attester,
    storage,
    devicePath,
    clock: { wall: () => clock.now, monotonic: () => clock.now },
    headers: () => ({ [LOGIN_HEADER]: login }),
    fetch: (url, init) => network(new Request(url, init), api.fetch),
  });
  return { wallet: new Wallet(client, login, () => `transfer-${(ids += 1)}`), storage };
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error,
  );
}

const typeOf = (error: unknown): ClientErrorType | undefined =>
  error instanceof ClientError ? error.type : undefined;

describe.each(PHONES)('a wallet on an %s', (phone) => {
  it('shows the balance, and sends a signed transfer', async () => {
    const api = bank();
    const { wallet } = walletAt(api, { phone });
    expect(moneyText(await wallet.balance())).toBe('100.00 EUR');
    expect(await wallet.send(wallet.draft('ben', 1250))).toEqual({ cents: 8750, currency: 'EUR' });
    expect([...api.made.values()]).toEqual([{ id: expect.any(String), to: 'ben', cents: 1250 }]);
  });

  it('sends a transfer again after a lost answer, and it is made once', async () => {
    const api = bank();
    let isLost = true;
    const { wallet } = walletAt(api, {
      phone,
      async network(request, send) {
        const response = await send(request);
        if (!request.url.endsWith('/transfers') || !isLost) return response;
        isLost = false;
        throw new TypeError('fetch failed');
      },
    });
    const transfer = wallet.draft('ben', 500);
    const error = await failureOf(wallet.send(transfer));
    expect(messageOf(error, 'transfer')).toMatchObject({ title: 'No connection', offer: 'tryAgain' });
    expect(messageOf(error, 'transfer').text).toContain('does not send it twice');
    // Also if the user writes it once more.
    expect(wallet.draft('ben', 500)).toEqual(transfer);
    expect(wallet.draft('ben', 501).id).not.toBe(transfer.id);
    expect(wallet.draft('carl', 500).id).not.toBe(transfer.id);
    await wallet.tryAgain();
    expect(moneyText(await wallet.send(transfer))).toBe('95.00 EUR');
    expect(api.made.size).toBe(1);
    expect(moneyText(await wallet.send(wallet.draft('ben', 500)))).toBe('90.00 EUR');
  });

  it('removes the device, and registers it again under another label', async () => {
    const api = bank();
    const { wallet, storage } = walletAt(api, { phone });
    await wallet.balance();
    const { label } = await wallet.support();
    expect(label).toBeDefined();
    await wallet.removeDevice();
    expect(storage.values.size).toBe(0);
    expect(supportLines(await wallet.support())).toContainEqual(['Device id', 'not registered']);
    await wallet.balance();
    expect((await wallet.support()).label).not.toBe(label);
  });
});

describe('what the user sees', () => {
  const OUTDATED = new AttesterError('userActionRequired', 'outdated', {
    action: 'Please update your phone.',
  });
  const FAILURES: Readonly<Record<ClientErrorType, Setup>> = {
    unsupported: { fault: failing({ generateKeyAsync: ['FEATURE_UNSUPPORTED'] }) },
    offline: { network: () => Promise.reject(new TypeError('fetch failed')) },
    throttled: { fault: failing({ attestKeyAsync: ['SERVER_UNAVAILABLE'] }) },
    refused: {
      network: async (request, send) =>
        request.url.endsWith('/attest') ? Response.json({}, { status: 403 }) : await send(request),
    },
    misconfigured: { devicePath: '/nowhere' },
    userActionRequired: {
      attester: { ...attesterOf('iPhone'), createKey: () => Promise.reject(OUTDATED) },
    },
  };

  it.each(Object.entries(FAILURES))('of %s', async (type, setup) => {
    const { wallet } = walletAt(bank(), setup);
    const error = await failureOf(wallet.balance());
    if (!(error instanceof ClientError)) throw error;
    expect(error.type).toBe(type);
    const { title, text, offer } = messageOf(error, 'balance');
    expect(title).not.toBe('');
    expect(text).toBe(type === 'userActionRequired' ? OUTDATED.action : MESSAGES[error.type]);
    const helps = ['offline', 'throttled', 'userActionRequired'].includes(type);
    expect(offer).toBe(helps ? 'tryAgain' : 'support');
  });

  it('is different for each type', () => {
    const titles = ERROR_TYPES.map((type) => messageOf(new ClientError(type, ''), 'balance').title);
    expect(new Set(titles).size).toBe(6);
  });

  it('waits as long as the server says, then tries again', async () => {
    let isBusy = true;
    const { wallet } = walletAt(bank(), {
      network: async (request, send) =>
        isBusy && request.url.includes('/device/')
          ? Response.json({}, { status: 503, headers: { 'retry-after': '20' } })
          : await send(request),
    });
    const error = await failureOf(wallet.balance());
    expect(typeOf(error)).toBe('throttled');
    expect(messageOf(error, 'balance').waitMs).toBeGreaterThanOrEqual(20_000);
    isBusy = false;
    expect(typeOf(await failureOf(wallet.tryAgain()))).toBe('throttled');
    clock.now += 30_000;
    await wallet.tryAgain();
    expect(moneyText(await wallet.balance())).toBe('100.00 EUR');
  });

  it('of an answer of the API is about the API', async () => {
    const { wallet } = walletAt(bank());
    const refused = wallet.draft('ben', 10_001);
    const error = await failureOf(wallet.send(refused));
    expect(error).toBeInstanceOf(ApiError);
    expect(wallet.draft('ben', 10_001)).not.toEqual(refused);
    expect(messageOf(error, 'transfer')).toMatchObject({ title: 'Not enough money', offer: 'nothing' });
    expect(messageOf(new ApiError(500), 'balance').offer).toBe('tryAgain');
    expect(messageOf(new Error('a bug'), 'balance').offer).toBe('support');
  });

  it('of a page instead of an answer: no connection', async () => {
    const { wallet } = walletAt(bank(), {
      network: async (request, send) =>
        request.url.endsWith('/balance') ? new Response('<html>') : await send(request),
    });
    expect(typeOf(await failureOf(wallet.balance()))).toBe('offline');
  });
});

describe('two users of one phone', () => {
  it('have a device each', async () => {
    const api = bank();
    const [anna, ben] = [walletAt(api, { login: 'anna' }).wallet, walletAt(api, { login: 'ben' }).wallet];
    await anna.balance();
    await ben.balance();
    expect((await anna.support()).label).not.toBe((await ben.support()).label);
  });
});

describe('what a user typed', () => {
  it.each([
    ['12', 1200],
    ['12.5', 1250],
    [' 12,50 ', 1250],
    ['0.01', 1],
    ['0', undefined],
    ['-1', undefined],
    ['1.234', undefined],
    ['1e3', undefined],
    ['', undefined],
    ['9999999999', undefined],
  ])('as an amount: %j', (text, cents) => {
    expect(centsIn(text)).toBe(cents);
  });

  it.each([
    ['Anna', 'anna'],
    [' ben ', 'ben'],
    ['', undefined],
    ['a\nb', undefined],
    ['ä', undefined],
  ])('as a name: %j', (text, name) => {
    expect(loginIn(text)).toBe(name);
  });
});
