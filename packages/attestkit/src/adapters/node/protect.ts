import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { routeOf, whenDecided, type RouteOptions, markNode } from '../../guard/internal.js';
import type { Guard } from '../../create-guard.js';
import type { Attestation } from '../../ports/attestation.js';
import type { NodeMessage } from './message.js';
import { nodeRequest } from './request.js';
import { refuseUpgrade, sendFailure, sendAnswer, type ListenerResponse } from './respond.js';
import { runListener } from './run-listener.js';

/** What a protected listener finds on its request. */
export interface AttestedMessage {
  readonly attestation: Attestation;
}

/**
 * Protects a request listener of `node:http`, `node:https` or `node:http2`, with all paths and methods that it
 * serves: `createServer(protect(guard, (req, res) => { req.attestation.approov?.deviceId … }))`. Where the listener throws,
 * or rejects, the answer is 500 and the error a warning of the process; a response that has begun is cut off.
 *
 * @throws ConfigurationError naming the option
 * @example
 * createServer(protect(guard, (req, res) => res.end(req.attestation.approov?.deviceId)));
 */
export function protect<
  Request extends NodeMessage = IncomingMessage,
  Response extends ListenerResponse = ServerResponse,
>(
  guard: Guard,
  listener: (req: Request & AttestedMessage, res: Response) => unknown,
  options?: RouteOptions,
): (req: Request, res: Response) => void {
  const route = routeOf(guard, options);
  return (req, res) => {
    whenDecided(guard.check(nodeRequest(req), route), (decision) => {
      if (decision.outcome === 'refuse') return sendAnswer(res, decision.response);
      markNode(res, decision.caching);
      const attested = Object.assign(req, { attestation: decision.results });
      void runListener(
        () => listener(attested, res),
        () => sendFailure(res),
      );
    });
  };
}

/**
 * Protects a listener of the event `upgrade`, which requests for a WebSocket raise instead of `request`:
 * `server.on('upgrade', protectUpgrade(guard, (req, socket, head) => …))`. A refusal is written to the socket,
 * and the connection closed. Where the listener throws, or rejects, the connection is destroyed, and the error a
 * warning of the process.
 *
 * @throws ConfigurationError naming the option
 * @example
 * server.on('upgrade', protectUpgrade(guard, (req, socket, head) => sockets.handleUpgrade(req, socket, head)));
 */
export function protectUpgrade<
  Request extends NodeMessage = IncomingMessage,
  Socket extends Duplex = Duplex,
  Head extends Uint8Array = Uint8Array,
>(
  guard: Guard,
  listener: (req: Request & AttestedMessage, socket: Socket, head: Head) => unknown,
  options?: RouteOptions,
): (req: Request, socket: Socket, head: Head) => void {
  const route = routeOf(guard, options);
  return (req, socket, head) => {
    // Node leaves the socket without a listener for errors, and one that breaks now must not end the process.
    socket.on('error', ignore);
    whenDecided(guard.check(nodeRequest(req), route), (decision) => {
      if (decision.outcome === 'refuse') return refuseUpgrade(socket, decision.response);
      if (socket.destroyed) return;
      socket.off('error', ignore);
      const attested = Object.assign(req, { attestation: decision.results });
      void runListener(
        () => listener(attested, socket, head),
        () => socket.destroy(),
      );
    });
  };
}

function ignore(): void {}
