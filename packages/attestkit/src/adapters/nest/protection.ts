import { SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { RouteOptions } from '../../guard/internal.js';
import { ConfigurationError } from '../../kernel/errors.js';
import type { NodeMessage } from '../node/message.js';

/** One use of `Protect`. */
export interface Protection {
  readonly options: RouteOptions | undefined;
}

/** Something that carries metadata: a class, or the function of a method. */
export type Decorated = object;

const PROTECTIONS = 'attestkit:protections';

/** `RouteConfig` of Nest's Fastify platform: what a route's `request.routeOptions.config` holds. */
const FASTIFY_CONFIG = '__fastify_route_config__';

/** What marks handlers that get no HTTP request, and so no header field that a guard could read. */
const NOT_HTTP = {
  'websockets:message_mapping': 'a WebSocket message',
  'microservices:pattern': 'a message of a microservice',
  'graphql:resolver_type': 'a GraphQL field',
} as const;

const reflector = new Reflector();
const passed = new WeakMap<NodeMessage, Set<Protection>>();

/** Reads metadata of Nest's, or of its platforms'. */
export function metadataOf(of: Decorated, key: string): unknown {
  return reflector.get<unknown>(key, of as never);
}

function protectionsIn(found: unknown): readonly Protection[] {
  return Array.isArray(found) ? (found as readonly Protection[]) : [];
}

/** What `Protect` says on a class, the first to be met first. */
export function protectionsOf(of: Decorated): readonly Protection[] {
  return protectionsIn(metadataOf(of, PROTECTIONS));
}

/** Writes down a use of `Protect` on a class or a method, for what decides before Nest's guards do. */
export function declare(protection: Protection, target: object, descriptor?: PropertyDescriptor): void {
  if (descriptor !== undefined) return declareOnHandler(protection, descriptor.value as Decorated);
  SetMetadata(PROTECTIONS, [protection, ...protectionsOf(target)])(target as never);
  const { prototype } = target as { readonly prototype: object };
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
    if (name !== 'constructor' && typeof value === 'function')
      declareOnHandler(protection, value as Decorated);
}

/** Nest's Fastify platform hands it over as a part of the route's `config`. */
function declareOnHandler(protection: Protection, handler: Decorated): void {
  const config = metadataOf(handler, FASTIFY_CONFIG) as Record<string, unknown> | undefined;
  const more = [protection, ...protectionsIn(config?.[PROTECTIONS])];
  SetMetadata(FASTIFY_CONFIG, { ...config, [PROTECTIONS]: more })({}, '', { value: handler } as never);
}

/** What `Protect` asks of the route of Fastify that a request is for. */
export function protectionsOfRoute(config: unknown): readonly Protection[] {
  return protectionsIn((config as Record<string, unknown> | undefined)?.[PROTECTIONS]);
}

/** Notes that a request has met a protection, so that Nest's guard does not ask again. */
export function notePassed(message: NodeMessage, protection: Protection): void {
  const of = passed.get(message) ?? new Set();
  passed.set(message, of.add(protection));
}

/** Whether a request has met it already. */
export function hasPassed(message: NodeMessage, protection: Protection): boolean {
  return passed.get(message)?.has(protection) === true;
}

/**
 * Refuses `Protect` on what no HTTP request reaches. It is asked at start-up, when all decorators are there.
 *
 * @throws ConfigurationError
 */
export function assertHttpHandler(handler: Decorated): void {
  for (const [key, what] of Object.entries(NOT_HTTP)) {
    if (metadataOf(handler, key) === undefined) continue;
    const remedy =
      key === 'websockets:message_mapping'
        ? 'Put @Protect() on the gateway: it guards the handshake, which carries the evidence.'
        : 'Protect the HTTP request that carries it: all of AttestationModule.forRoot.';
    throw new ConfigurationError('Protect', `is on a handler of ${what}, which carries no evidence`, remedy);
  }
}
