import { createClient, type Client } from 'attestkit-client';
import { appCheckToken, type AppCheckBridge } from 'attestkit-client/react-native-firebase';
import { addressOf } from './addresses.js';

/** The field of the user's login. */
const LOGIN_HEADER = 'x-login';

/** The API itself said no: the token was accepted. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number) {
    super(`the API answered ${status}`);
    this.status = status;
  }
}

/** A signed-in user. */
export interface User {
  readonly name: string;
  readonly login: string;
}

/** The API as the page uses it. Each request has an App Check token. */
export class Api {
  readonly #client: Client;

  constructor(appCheck: AppCheckBridge) {
    // Tokens go with each request. Nothing enrolls, so neither `audience` nor `storage` is needed.
    this.#client = createClient({ baseUrl: addressOf('api'), attester: appCheckToken(appCheck) });
  }

  /** @throws ClientError or ApiError (rejects with it) */
  async signIn(name: string): Promise<User> {
    const response = await this.#client.fetch('/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    return (await answerOf(response)) as User;
  }

  /** The next shape's name. @throws ClientError or ApiError (rejects with it) */
  async shape({ login }: User): Promise<string> {
    const response = await this.#client.fetch('/shape', { headers: { [LOGIN_HEADER]: login } });
    return ((await answerOf(response)) as { readonly shape: string }).shape;
  }

  /** Asks for a path, and gives the answer as it is. @throws ClientError (rejects with it) */
  async ask(path: string, { login }: User): Promise<Response> {
    return await this.#client.fetch(path, { headers: { [LOGIN_HEADER]: login } });
  }
}

async function answerOf(response: Response): Promise<unknown> {
  if (!response.ok) throw new ApiError(response.status);
  return await response.json();
}
