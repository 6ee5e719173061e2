import type { TestServer } from '../support/server.js';

/** What stands between phone and server. */
export interface Surroundings {
  /** The way to a server, which takes the place of the one before. */
  readonly through: (server: TestServer) => TestServer['fetch'];
  /** Whether signed requests with a body can be verified there. */
  readonly signs: boolean;
  /** Whether an answer takes time, and not only turns of the loop. */
  readonly isFar: boolean;
}

export const NEAR: Surroundings = { through: (server) => server.fetch, signs: true, isFar: false };

/** The way to the server of this moment. */
export class Way {
  readonly #surroundings: Surroundings;
  #send: TestServer['fetch'];
  server: TestServer;
  /** Requests that are not answered yet. */
  underway = 0;

  constructor(surroundings: Surroundings, server: TestServer) {
    this.#surroundings = surroundings;
    this.server = server;
    this.#send = surroundings.through(server);
  }

  leadTo(server: TestServer): void {
    this.server = server;
    this.#send = this.#surroundings.through(server);
  }

  async deliver(request: Request): Promise<Response> {
    this.underway += 1;
    try {
      return await this.#send(request);
    } finally {
      this.underway -= 1;
    }
  }
}
