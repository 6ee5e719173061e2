import { ClientError, type Client, type ClientRequestInit, type ClientState } from 'attestkit-client';

/** Who is logged in. Your app has a token here; the server of this example takes a name. */
export const LOGIN_HEADER = 'x-login';

/** Whole cents: fractions are not exact in binary numbers. */
export interface Balance {
  readonly cents: number;
  readonly currency: string;
}

/** A transfer as the user confirmed it. */
export interface Transfer {
  /** The server makes a transfer with the same id only once, so that it can be sent again after a lost answer. */
  readonly id: string;
  readonly to: string;
  readonly cents: number;
}

/** The API itself said no: the device was accepted. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number) {
    super(`the API answered ${status}`);
    this.status = status;
  }
}

/** What the screens do. Without React, so that it is tested in Node. */
export class Wallet {
  readonly #client: Client;
  readonly #newId: () => string;
  /** Sent, and the answer is not known. */
  #open: Transfer | undefined;
  readonly login: string;

  /** @param newId gives a different id each time */
  constructor(client: Client, login: string, newId: () => string) {
    this.#client = client;
    this.#newId = newId;
    this.login = login;
  }

  /** @throws ClientError or ApiError (rejects with it) */
  async balance(): Promise<Balance> {
    return balanceIn(await this.#ask('/balance'));
  }

  /** A transfer to send. If the same one was sent and got no answer, it is that one, with its id. */
  draft(to: string, cents: number): Transfer {
    const open = this.#open;
    return open?.to === to && open.cents === cents ? open : { id: this.#newId(), to, cents };
  }

  /** Sends a transfer, signed by the device. Gives the balance after it. @throws ClientError or ApiError (rejects with it) */
  async send(transfer: Transfer): Promise<Balance> {
    // An app that has to remember it after its end stores it here.
    this.#open = transfer;
    try {
      const answer = await this.#ask('/transfers', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        // A text: its bytes are what is signed.
        body: JSON.stringify(transfer),
        signed: true,
      });
      const balance = balanceIn(answer);
      this.#open = undefined;
      return balance;
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) this.#open = undefined;
      throw error;
    }
  }

  /** For the button "Try again": ends the client's own pause, and keeps to the server's. @throws ClientError (rejects with it) */
  async tryAgain(): Promise<void> {
    await this.#client.ready();
  }

  async support(): Promise<ClientState> {
    return await this.#client.state();
  }

  /** The next request enrolls the phone again: to log out, do not call it. */
  async removeDevice(): Promise<void> {
    await this.#client.forget();
  }

  async #ask(path: string, init: ClientRequestInit = {}): Promise<unknown> {
    const headers = { ...(init.headers as Record<string, string> | undefined), [LOGIN_HEADER]: this.login };
    const response = await this.#client.fetch(path, { ...init, headers });
    if (!response.ok) throw new ApiError(response.status);
    try {
      return await response.json();
    } catch (cause) {
      // The connection broke after the header, or somebody else answered.
      throw new ClientError('offline', 'the answer cannot be read', { status: response.status, cause });
    }
  }
}

function balanceIn(answer: unknown): Balance {
  const { cents, currency } = (answer ?? {}) as Partial<Balance>;
  if (!Number.isSafeInteger(cents) || typeof currency !== 'string')
    throw new ClientError('offline', 'the answer is not a balance');
  return { cents: cents as number, currency };
}

/** The name that a user typed, or undefined if it cannot be one. */
export function loginIn(text: string): string | undefined {
  const name = text.trim().toLowerCase();
  return /^[a-z0-9._-]{1,40}$/.test(name) ? name : undefined;
}

/** The cents that a user typed, as `12`, `12.5` or `12,50`; undefined if it is not an amount above zero. */
export function centsIn(text: string): number | undefined {
  const [, whole, part = ''] = /^\s*(\d{1,9})(?:[.,](\d{1,2}))?\s*$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const cents = Number(whole) * 100 + Number(part.padEnd(2, '0'));
  return cents > 0 ? cents : undefined;
}

export function moneyText({ cents, currency }: Balance): string {
  return `${(cents / 100).toFixed(2)} ${currency}`;
}
