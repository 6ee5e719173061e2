import {
  applyDecorators,
  Catch,
  createParamDecorator,
  HttpException,
  Inject,
  Injectable,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type ExecutionContext,
} from '@nestjs/common';
import {
  routeOf,
  type Route,
  type RouteOptions,
  markNode,
  type MarkableResponse,
} from '../../guard/internal.js';
import type { Guard } from '../../create-guard.js';
import type { Attestation } from '../../ports/attestation.js';
import type { Decision, Refusal } from '../../ports/decision.js';
import { replyAnswer, type FastifyReply } from '../node/reply.js';
import { NodeRequest } from '../node/request.js';
import { sendAnswer, type NodeResponse } from '../node/respond.js';
import { handshakeOf, type GatewayClient } from './gateways.js';
import { OPTIONS, type AttestationModuleOptions } from './options.js';
import { keepBody, messageOf, type PlatformRequest } from './platform.js';
import { assertHttpHandler, declare, hasPassed, type Protection } from './protection.js';

/** Carries a refusal from the guard to the filter. */
class RefusalException extends HttpException {
  readonly refusal: Refusal;

  constructor({ error, response }: Extract<Decision<Attestation>, { outcome: 'refuse' }>) {
    super(JSON.parse(response.body) as object, response.status, { cause: error });
    this.refusal = response;
  }
}

/** Writes a refusal as it is: Nest would add to its header fields, and a global filter write another body. */
class RefusalFilter {
  catch({ refusal }: RefusalException, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<NodeResponse | FastifyReply>();
    if ('writeHead' in response) sendAnswer(response, refusal);
    else replyAnswer(response, refusal);
  }
}
Catch(RefusalException)(RefusalFilter);

/**
 * Protects a controller, one of its handlers, or a WebSocket gateway: `@Protect({ binding: true })`. It is a Nest guard:
 * it runs after all middleware and before interceptors and pipes; on a controller and on its handler, both are checked.
 * The peer's address is `request.ip`, by the platform's proxy trust.
 *
 * On Fastify the same is asked before the body is parsed already. On Express, Nest's parser comes first, and answers
 * what it cannot parse: `all` of the module comes before it. A refusal is answered as it is, whatever filters there are
 * globally; on Express a catch-all filter above it on the same handler comes first, and gets an `HttpException`.
 *
 * On a gateway it guards the handshake, which carries the evidence; the gateway has to share the application's server.
 *
 * @throws ConfigurationError when the application starts: naming the option, or if it is on a handler of WebSocket
 *   messages, of messages of a microservice, or of GraphQL fields, which carry no evidence
 * @example
 * @Protect({ binding: 'authorization' })
 * @Get('forms')
 * forms(@Attested() attestation: Attestation): void {}
 */
export function Protect(options?: RouteOptions): ClassDecorator & MethodDecorator {
  const protection: Protection = { options };
  let isOnMethod = false;
  const targets = new Set<object>();

  // A class for each use: Nest makes an instance of it at start-up, so that wrong options fail there.
  class AttestationGuard {
    readonly guard: Guard;
    readonly route: Route;

    constructor({ guard }: AttestationModuleOptions) {
      for (const target of targets) assertHttpHandler(target);
      this.guard = guard;
      this.route = routeOf(guard, options);
    }

    async canActivate(context: ExecutionContext): Promise<boolean> {
      const type: string = context.getType();
      // Nest answers the client with an error, and logs nothing that a stranger could fill a log with.
      if (type === 'ws' && !isOnMethod)
        return (
          handshakeOf(context.switchToWs().getClient<GatewayClient>())?.protections.has(protection) === true
        );
      if (type !== 'http') return false;
      const request = context.switchToHttp().getRequest<PlatformRequest>();
      const message = messageOf(request);
      if (hasPassed(message, protection)) return true;
      keepBody(message, request);
      const attested = new NodeRequest(message, request.originalUrl, request);
      const decision = await this.guard.check(attested, this.route);
      if (decision.outcome === 'refuse') throw new RefusalException(decision);
      const response = context.switchToHttp().getResponse<MarkableResponse | FastifyReply>();
      markNode('raw' in response ? response.raw : response, decision.caching);
      message.attestation = decision.results;
      return true;
    }
  }
  Injectable()(AttestationGuard);
  Inject(OPTIONS)(AttestationGuard, undefined, 0);
  const decorate = applyDecorators(UseGuards(AttestationGuard), UseFilters(new RefusalFilter()));
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    isOnMethod ||= descriptor !== undefined;
    targets.add(descriptor === undefined ? target : (descriptor.value as object));
    declare(protection, target, descriptor);
    (decorate as (...on: unknown[]) => void)(target, name, descriptor);
  };
}

/**
 * The parameter of a handler that takes what the guard verified: `hello(@Attested() attestation: Attestation)`; in a
 * gateway, what it verified of the handshake. On a handler that nothing protects it throws, which Nest answers with 500.
 */
export const Attested: () => ParameterDecorator = createParamDecorator(
  (_: unknown, context: ExecutionContext): Attestation => {
    const { attestation } = attestedBy(context) ?? {};
    if (attestation === undefined) throw new Error('@Attested() is for handlers that are protected');
    return attestation;
  },
);

function attestedBy(context: ExecutionContext): { readonly attestation?: Attestation } | undefined {
  if (context.getType() === 'ws') return handshakeOf(context.switchToWs().getClient<GatewayClient>());
  return messageOf(context.switchToHttp().getRequest<PlatformRequest>());
}
