import { rawBody } from '../node/body.js';
import type { MiddlewareRequest } from '../node/middleware.js';

/** What is used of the platform's request: Express's extends Node's own, Fastify's has it as `raw`. */
export interface PlatformRequest {
  readonly originalUrl: string;
  readonly ip?: string | undefined;
  readonly raw?: unknown;
}

/** Node's own request, which both platforms have. */
export function messageOf(request: PlatformRequest): MiddlewareRequest {
  return ('rawHeaders' in request ? request : request.raw) as MiddlewareRequest;
}

/** Takes over the bytes that Nest's parser has kept, where Nest is told to: `NestFactory.create(…, { rawBody: true })`. */
export function keepBody(message: MiddlewareRequest, request: object): void {
  const { rawBody: bytes } = request as { readonly rawBody?: unknown };
  if (bytes instanceof Uint8Array) rawBody(message, undefined, bytes);
}
