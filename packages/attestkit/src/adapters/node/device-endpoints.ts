import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Guard } from '../../create-guard.js';
import { mounted, type MountOptions } from '../mounting.js';
import type { NodeMessage } from './message.js';
import { nodeRequest } from './request.js';
import { sendAnswer, sendFailure, type ListenerResponse } from './respond.js';
import { runListener } from './run-listener.js';

/**
 * Answers requests for the guard's endpoints of devices, by default below `/device`, and leaves all
 * others to a listener of `node:http`, `node:https` or `node:http2`:
 * `createServer(deviceEndpoints(guard, protect(guard, listener)))`. What the listener throws is dealt with as by `protect`.
 *
 * @throws ConfigurationError naming the option, or `guard` if it has no endpoints
 * @example
 * createServer(deviceEndpoints(guard, protect(guard, (req, res) => res.end('genuine'))));
 */
export function deviceEndpoints<
  Request extends NodeMessage = IncomingMessage,
  Response extends ListenerResponse = ServerResponse,
>(
  guard: Guard,
  listener: (req: Request, res: Response) => unknown,
  options?: MountOptions,
): (req: Request, res: Response) => void {
  const endpoints = mounted(guard, options);
  return (req, res) => {
    const answer = endpoints(nodeRequest(req), req.url ?? '');
    if (answer !== undefined) return void answer.then((settled) => sendAnswer(res, settled));
    void runListener(
      () => listener(req, res),
      () => sendFailure(res),
    );
  };
}
