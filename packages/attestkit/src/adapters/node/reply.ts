import type { Answer } from '../../ports/decision.js';
import { discardBody, type Discardable } from './body.js';

/** What is used of Fastify's reply, with or without Nest above it. */
export interface FastifyReply {
  code(status: number): unknown;
  headers(fields: Readonly<Record<string, string>>): unknown;
  send(payload: Uint8Array): unknown;
  readonly raw: {
    getHeader(name: string): number | string | readonly string[] | undefined;
    setHeader(name: string, value: string): unknown;
  };
}

/** Writes an answer of the guard by Fastify's own means, so that its hooks run. */
export function replyAnswer(reply: FastifyReply, { status, headers, body }: Answer): void {
  reply.code(status);
  reply.headers(headers);
  // As bytes: to text that is JSON Fastify adds a charset, which JSON does not have.
  reply.send(Buffer.from(body));
}

/** Writes an answer before the body was read, and throws the body away. */
export function respond(message: Discardable, reply: FastifyReply, answer: Answer): void {
  replyAnswer(reply, answer);
  discardBody(message);
}
