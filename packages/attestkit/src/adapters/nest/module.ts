import { Inject, Module } from '@nestjs/common';
import type { Guard, RouteOptions } from '../../guard/index.js';
import { middleware, type Middleware } from '../node/middleware.js';
import { keepBody } from './platform.js';

/** What the module is set up with. */
export interface AttestationModuleOptions {
  readonly guard: Guard;
  /** Protects every path, unknown ones included: `true`, or what is asked of each request. Default: only `Protect`. */
  readonly all?: true | RouteOptions;
}

/** A dynamic module, for `imports`. */
export interface ConfiguredAttestationModule {
  module: typeof AttestationModule;
  global: true;
  providers: { provide: symbol; useValue: AttestationModuleOptions }[];
  exports: symbol[];
}

/** What is used of Nest's `MiddlewareConsumer`. */
export interface MiddlewareConsumer {
  apply(middleware: Middleware): { forRoutes(path: string): unknown };
}

/** The token under which the options are injected; Nest names it where the module is missing. */
export const OPTIONS = Symbol('AttestationModule.forRoot');

/**
 * Makes the guard known to `Protect`, and protects every path where `all` is set, on Express and on Fastify:
 * `@Module({ imports: [AttestationModule.forRoot({ guard, all: true })] })`.
 *
 * With `all`, every path means every one that Nest serves: below its global prefix where it has one, and the routes
 * that are excluded from the prefix. It is middleware: what is mounted on the platform before the application
 * starts, such as `app.use(…)`, comes first. On Express so does Nest's body parser; evidence over the body then
 * needs `NestFactory.create(AppModule, { rawBody: true })`.
 */
export class AttestationModule {
  private readonly options: AttestationModuleOptions;

  constructor(options: AttestationModuleOptions) {
    this.options = options;
  }

  static forRoot(options: AttestationModuleOptions): ConfiguredAttestationModule {
    const provider = { provide: OPTIONS, useValue: options };
    return { module: AttestationModule, global: true, providers: [provider], exports: [OPTIONS] };
  }

  /**
   * Called by Nest when the application starts.
   *
   * @throws ConfigurationError naming the option
   */
  configure(consumer: MiddlewareConsumer): void {
    const { guard, all } = this.options;
    if (all === undefined) return;
    const attest = middleware(guard, all === true ? {} : all);
    const keepingBody: Middleware = (req, res, next) => {
      keepBody(req, req);
      attest(req, res, next);
    };
    consumer.apply(keepingBody).forRoutes('*');
  }
}
// The library is compiled without decorator syntax: applied by hand they are the same.
Module({})(AttestationModule);
Inject(OPTIONS)(AttestationModule, undefined, 0);
