import { Body, Controller, Get, Module, Post, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  AttestationModule,
  Attested,
  Protect,
  type AttestationModuleOptions,
} from '../../../src/adapters/nest.js';
import type { Attestation } from '../../../src/ports/attestation.js';
import { afterTest } from './wire.js';

export const platforms = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const;

export interface Settings {
  readonly controller?: Type;
  readonly rawBody?: boolean;
  readonly set?: (app: INestApplication) => void;
}

/** Serves an application during the test, and gives the port. */
export async function serveNest(
  adapter: AbstractHttpAdapter,
  options: AttestationModuleOptions,
  { controller = catsController(), rawBody = false, set }: Settings = {},
): Promise<number> {
  class Application {
    readonly name = 'test';
  }
  Module({ imports: [AttestationModule.forRoot(options)], controllers: [controller] })(Application);
  const app = await NestFactory.create(Application, adapter, { logger: false, rawBody, abortOnError: false });
  afterTest(() => app.close());
  set?.(app);
  await app.listen(0, '127.0.0.1');
  return (app.getHttpServer().address() as { port: number }).port;
}

/** What decorator syntax does, which these tests are compiled without. */
export function decorate<T>(type: Type<T>, method: keyof T & string, ...decorators: MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, method) as PropertyDescriptor;
  for (const each of decorators.toReversed()) each(type.prototype as object, method, descriptor);
}

export function catsController(...aboveProtect: MethodDecorator[]): Type {
  class Cats {
    open(): string {
      return 'open';
    }
    closed(attestation: Attestation): string | undefined {
      return attestation.approov?.deviceId;
    }
    unprotected(attestation: Attestation): unknown {
      return attestation;
    }
    post(body: unknown): unknown {
      return body;
    }
    failing(): void {
      throw new SyntaxError('mine');
    }
  }
  decorate(Cats, 'open', Get('open'));
  decorate(Cats, 'closed', Get('closed'), ...aboveProtect, Protect());
  decorate(Cats, 'unprotected', Get('unprotected'));
  decorate(Cats, 'post', Post('post'), Protect());
  decorate(Cats, 'failing', Get('failing'), Protect());
  for (const method of ['closed', 'unprotected']) Attested()(Cats.prototype, method, 0);
  Body()(Cats.prototype, 'post', 0);
  Controller('cats')(Cats);
  return Cats;
}

export function boundController(): Type {
  class Bound {
    bound({ approov }: Attestation): unknown {
      return { bound: approov?.bound };
    }
  }
  decorate(Bound, 'bound', Get('bound'), Protect({ binding: true, statuses: { missing: 400 } }));
  Attested()(Bound.prototype, 'bound', 0);
  Controller()(Bound);
  return Bound;
}

export function openController(): Type {
  class Open {
    post(body: unknown): unknown {
      return body;
    }
  }
  decorate(Open, 'post', Post('post'));
  Body()(Open.prototype, 'post', 0);
  Controller('cats')(Open);
  return Open;
}
