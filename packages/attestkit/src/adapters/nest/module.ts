import { Inject, Module } from '@nestjs/common';
import { routeOf, type Guard, type RouteOptions } from '../../guard/index.js';
import { ConfigurationError } from '../../kernel/errors.js';
import { assertOptions } from '../../kernel/options.js';
import { mounted } from '../mounting.js';
import { answering, middleware, type Middleware } from '../node/middleware.js';
import { keepBody } from './platform.js';

/** What the module is set up with. */
export interface AttestationModuleOptions {
  readonly guard: Guard;
  /** Protects every path, unknown ones included: `true`, or what is asked of each request. Default: only `Protect`. */
  readonly all?: true | RouteOptions;
  /**
   * Where the guard's endpoints of enrolment and sessions are: `/device`, Nest's global prefix included. They come
   * before `all`. Default: nowhere.
   */
  readonly enrolment?: string;
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
  apply(...middleware: Middleware[]): { forRoutes(path: string): unknown };
}

/** The token under which the options are injected; Nest names it where the module is missing. */
export const OPTIONS = Symbol('AttestationModule.forRoot');

/**
 * Makes the guard known to `Protect`, and protects every path where `all` is set, on Express and on Fastify:
 * `@Module({ imports: [AttestationModule.forRoot({ guard, all: true })] })`.
 *
 * With `all`, every path means every one that Nest serves: below its global prefix where it has one, and the routes
 * that are excluded from the prefix. It is middleware: what is mounted on the platform before the application
 * starts, such as `app.use(…)`, comes first. On Express so does Nest's body parser; evidence over the body, and
 * `enrolment`, then need `NestFactory.create(AppModule, { rawBody: true })`.
 */
export class AttestationModule {
  private readonly options: AttestationModuleOptions;

  constructor(options: AttestationModuleOptions) {
    this.options = options;
  }

  /** @throws ConfigurationError naming the option */
  static forRoot(options: AttestationModuleOptions): ConfiguredAttestationModule {
    assertModuleOptions(options);
    const provider = { provide: OPTIONS, useValue: options };
    return { module: AttestationModule, global: true, providers: [provider], exports: [OPTIONS] };
  }

  /** Called by Nest when the application starts. */
  configure(consumer: MiddlewareConsumer): void {
    const { guard, all, enrolment } = this.options;
    const steps: Middleware[] = [];
    if (enrolment !== undefined) {
      // Nest, or the platform, may have shortened `url` to what is below a prefix.
      const endpoints = mounted(guard, { prefix: enrolment });
      steps.push(answering(endpoints, ({ originalUrl, url = '' }) => originalUrl ?? url));
    }
    if (all !== undefined) steps.push(middleware(guard, all === true ? {} : all));
    if (steps.length > 0) consumer.apply(keepingBody, ...steps).forRoutes('*');
  }
}

const keepingBody: Middleware = (req, _res, next) => {
  keepBody(req, req);
  next();
};

/** Nothing that is misspelt, or of another type, may leave every path open. */
function assertModuleOptions(options: AttestationModuleOptions): void {
  assertOptions(options, { guard: 'any', all: 'any', enrolment: 'string' }, 'AttestationModule.forRoot');
  const { guard, all, enrolment } = options;
  if (all !== undefined && all !== true && typeof all !== 'object') {
    const remedy = 'Give true, or the options of a route; leave it out to protect by Protect alone.';
    throw new ConfigurationError('all', 'is neither true nor the options of a route', remedy);
  }
  routeOf(guard, all === true ? {} : all);
  if (enrolment !== undefined) mounted(guard, { prefix: enrolment });
}

// The library is compiled without decorator syntax: applied by hand they are the same.
Module({})(AttestationModule);
Inject(OPTIONS)(AttestationModule, undefined, 0);
