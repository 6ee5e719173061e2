import { ConfigurationError } from 'attestkit';
import { ConfigFileError } from 'attestkit-gateway';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadEnvFile } from 'node:process';

/** Where the example server of this process listens. */
interface Address {
  readonly port: number;
  readonly hostname: string;
}

/**
 * Reads the environment, runs the module that is an example server, and returns its address once it listens.
 * What is wrong with the set-up ends the process with status 1 and one line that says so.
 */
export async function start(load: () => Promise<unknown>): Promise<string> {
  try {
    loadEnvironment();
    const address = addressOf(process.env);
    await assertFree(address);
    await load();
    await listening(address);
    return `http://${address.hostname === '0.0.0.0' ? '127.0.0.1' : address.hostname}:${address.port}`;
  } catch (error) {
    if (!(error instanceof ConfigurationError || error instanceof ConfigFileError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** `examples/.env` or, where neither it nor a secret is there, the published example. Set variables stay as they are. */
function loadEnvironment(): void {
  const own = new URL('../.env', import.meta.url);
  const { APPROOV_BASE64_SECRET, APPROOV_BASE64URL_SECRET } = process.env;
  if (existsSync(own)) loadEnvFile(own);
  else if ((APPROOV_BASE64_SECRET ?? APPROOV_BASE64URL_SECRET) === undefined)
    loadEnvFile(new URL('../.env.example', import.meta.url));
}

function addressOf(env: NodeJS.ProcessEnv): Address {
  const { HTTP_PORT = '8002', SERVER_HOSTNAME = '127.0.0.1' } = env;
  const port = Number(HTTP_PORT);
  if (!/^\d+$/.test(HTTP_PORT) || port < 1 || port > 65_535)
    throw new ConfigurationError(
      'HTTP_PORT',
      'is not a port',
      'Set it to a number from 1 to 65535, or leave it out for 8002.',
    );
  return { port, hostname: SERVER_HOSTNAME };
}

/** Every framework reports a port that is taken in its own way, most with a stack trace: so it is asked for first. */
async function assertFree({ port, hostname }: Address): Promise<void> {
  const probe = createServer().listen(port, hostname);
  try {
    await once(probe, 'listening');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw code === 'EADDRINUSE'
      ? new ConfigurationError(
          'HTTP_PORT',
          `${port} is in use`,
          'Stop what listens there, or set it to another.',
        )
      : new ConfigurationError(
          'SERVER_HOSTNAME',
          `${hostname} with port ${port} cannot be listened on (${code})`,
          'Leave it out for 127.0.0.1, and set HTTP_PORT to 1024 or more.',
        );
  }
  probe.close();
  await once(probe, 'close');
}

/** Waits until the server answers to a connection: most frameworks start to listen without saying when they do. */
async function listening({ port, hostname }: Address): Promise<void> {
  for (;;) {
    const socket = connect(port, hostname);
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await sleep(20);
    } finally {
      socket.destroy();
    }
  }
}
