import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Guard } from '../../create-guard.js';
import type { RouteOptions } from '../../guard/internal.js';
import type { AttestedMessage } from '../node/protect.js';
import { protectUpgrade } from '../node/protect.js';
import type { MiddlewareRequest } from '../node/middleware.js';
import type { NodeResponse } from '../node/respond.js';
import type { Attestation } from '../../ports/attestation.js';

/** What an upgrade must meet: each of these, one after the other. */
export type Demands = (target: string) => readonly Demand[];

/** One thing that is asked of an upgrade. */
export interface Demand {
  readonly options: RouteOptions;
  /** Called with the attestation if it is met. */
  readonly met?: (socket: Duplex, attestation: Attestation) => void;
}

/** A listener for requests. */
export type Listener = (request: MiddlewareRequest, response: NodeResponse) => void;

/**
 * Guards what a server gets past its framework: requests to change the protocol, which raise events of their own. It
 * runs before every listener, no matter when it is added, and needs no idea of their paths.
 */
export function guardUpgrades(server: EventEmitter, guard: Guard, demandsOf: Demands): void {
  intercept(server, ['upgrade', 'connect'], (go, _name, ...values) => {
    const [request, socket, head] = values as [MiddlewareRequest, Duplex, Uint8Array];
    let listener = (): void => go();
    for (const { options, met } of demandsOf(request.url ?? '').toReversed()) {
      const next = listener;
      const guarded = protectUpgrade<MiddlewareRequest, Duplex, Uint8Array>(
        guard,
        ({ attestation }: AttestedMessage) => {
          met?.(socket, attestation);
          next();
        },
        options,
      );
      listener = () => guarded(request, socket, head);
    }
    listener();
  });
}

/**
 * Guards requests that a listener in front of the framework may answer by itself, as Socket.IO does for its polling.
 *
 * @param platform the framework's own listener: if it is the only one, the framework sees every request itself
 * @param accepts decides about a request, and remembers it for the framework; a refused request is left to that one
 */
export function guardForeignListeners(
  server: EventEmitter,
  platform: Listener,
  accepts: (request: MiddlewareRequest, then: (accepted: boolean) => void) => void,
): void {
  intercept(server, ['request', 'checkContinue', 'checkExpectation'], (go, name, ...values) => {
    const [request, response] = values as [MiddlewareRequest, NodeResponse];
    // No framework listens for the other two.
    if (name === 'request' && !hasForeignListener(server, platform)) go();
    else accepts(request, (accepted) => (accepted ? go() : platform(request, response)));
  });
}

/** Whether something else than the framework listens for requests. */
export function hasForeignListener(server: EventEmitter, platform: Listener): boolean {
  return server.listeners('request').some((listener) => listener !== platform);
}

function intercept(
  server: EventEmitter,
  names: readonly string[],
  guard: (go: () => void, name: string, ...values: unknown[]) => void,
): void {
  const { emit } = server;
  server.emit = (name, ...values: unknown[]) => {
    const go = (): boolean => Reflect.apply(emit, server, [name, ...values]) as boolean;
    if (typeof name !== 'string' || !names.includes(name)) return go();
    guard(() => void go(), name, ...values);
    return true;
  };
}
