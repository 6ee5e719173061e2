import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { apple, APP_ID, AUDIENCE, newKey } from '../../sessions/support/backend.js';

const SCRIPT = fileURLToPath(new URL('deployed-server.js', import.meta.url));

/** The variables of a deployment. */
export type Variables = Readonly<Record<string, string>>;

type Body = Readonly<Record<string, string>>;

/** An instance that is running. */
export class Instance {
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(child: ChildProcess, port: number) {
    this.#process = child;
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** The caller has to stop it. */
  static async start(path: string, variables: Variables): Promise<Instance> {
    const roots = [apple.attestationRoot, apple.receiptRoot].map((each) =>
      Buffer.from(each).toString('base64'),
    );
    const env = { PATH: process.env['PATH'], NODE_ENV: 'production', ...variables };
    const child = fork(SCRIPT, [path, APP_ID, AUDIENCE, ...roots], { env, silent: true, execArgv: [] });
    let stderr = '';
    child.stderr?.on('data', (text) => {
      stderr += text;
    });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`it ended: ${stderr}`)));
    ended.catch(() => undefined);
    const [port] = (await Promise.race([once(child, 'message'), ended])) as [number];
    return new Instance(child, port);
  }

  async stop(): Promise<void> {
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }

  /** The status of a request with this session. */
  async use(session: string): Promise<number> {
    const headers = { authorization: `Bearer ${session}` };
    const { status } = await fetch(`${this.#url}/orders`, { headers });
    return status;
  }

  async challenge(deviceId: string): Promise<string> {
    const response = await fetch(`${this.#url}/device/challenge?device_id=${deviceId}`);
    return ((await response.json()) as Body)['challenge'] ?? '';
  }

  async post(path: string, body: object): Promise<{ readonly status: number; readonly body: Body }> {
    const headers = { 'content-type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${this.#url}/device${path}`, request);
    return { status: response.status, body: (await response.json()) as Body };
  }
}

/** A phone with the app. What it is refused, it loses. */
export class Phone {
  readonly deviceId = randomBytes(16).toString('base64url');
  readonly #key = newKey(() => Date.now());
  session = '';
  token = '';

  /** Enrolls over a challenge that it got before. */
  async enroll(instance: Instance, challenge: string): Promise<number> {
    const attestation = Buffer.from(this.#key.attest({ challenge })).toString('base64');
    const evidence = { challenge, device_id: this.deviceId, key_id: this.#key.keyId, attestation };
    return this.#keep(await instance.post('/attest', evidence));
  }

  async refresh(instance: Instance): Promise<number> {
    return this.#keep(await instance.post('/refresh', { refresh_token: this.token }));
  }

  /** Refreshes, loses the answer, and asks another instance again: whether that one gives the same answer. */
  async refreshTwice(first: Instance, second: Instance): Promise<boolean> {
    const sent = { refresh_token: this.token };
    const { body: lost } = await first.post('/refresh', sent);
    const status = await this.refresh(second);
    return status === 200 && lost['refresh_token'] === this.token;
  }

  #keep({ status, body }: { readonly status: number; readonly body: Body }): number {
    this.session = body['session_token'] ?? this.session;
    this.token = body['refresh_token'] ?? this.token;
    return status;
  }
}
