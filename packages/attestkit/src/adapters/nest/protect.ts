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
  type Guard,
  type Route,
  type RouteOptions,
  markNode,
  type MarkableResponse,
} from '../../guard/index.js';
import type { Attestation } from '../../ports/attestation.js';
import type { Decision, Refusal } from '../../ports/decision.js';
import { replyAnswer, type FastifyReply } from '../node/reply.js';
import { NodeRequest } from '../node/request.js';
import { sendAnswer, type NodeResponse } from '../node/respond.js';
import { OPTIONS, type AttestationModuleOptions } from './module.js';
import { keepBody, messageOf, type PlatformRequest } from './platform.js';

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
 * Protects a controller, or one of its handlers: `@Protect({ binding: true })`. It is a Nest guard: it runs after
 * all middleware and before interceptors and pipes; on a controller and on its handler, both are checked. A refusal
 * is answered as it is, whatever filters there are globally; a catch-all filter above it on the same handler comes
 * first, and gets an `HttpException` with status and body. The peer's address is `request.ip`, by the platform's proxy trust.
 *
 * @throws ConfigurationError naming the option, when the application starts
 */
export function Protect(options?: RouteOptions): ClassDecorator & MethodDecorator {
  // A class for each use: Nest makes an instance of it at start-up, so that wrong options fail there.
  class AttestationGuard {
    readonly guard: Guard;
    readonly route: Route;

    constructor({ guard }: AttestationModuleOptions) {
      this.guard = guard;
      this.route = routeOf(guard, options);
    }

    async canActivate(context: ExecutionContext): Promise<true> {
      if (context.getType() !== 'http') throw new Error('@Protect() is for handlers of HTTP requests');
      const request = context.switchToHttp().getRequest<PlatformRequest>();
      const message = messageOf(request);
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
  return applyDecorators(UseGuards(AttestationGuard), UseFilters(new RefusalFilter()));
}

/**
 * The parameter of a handler that takes what the guard verified: `hello(@Attested() attestation: Attestation)`. On a
 * handler that nothing protects it throws, which Nest answers with 500.
 */
export const Attested: () => ParameterDecorator = createParamDecorator(
  (_: unknown, context: ExecutionContext): Attestation => {
    const { attestation } = messageOf(context.switchToHttp().getRequest<PlatformRequest>());
    if (attestation === undefined) throw new Error('@Attested() is for handlers that are protected');
    return attestation;
  },
);
