import { Inject, Module } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { ConfigurationError } from '../../kernel/errors.js';
import { assertOptions } from '../../kernel/config/options.js';
import { Decisions, optionsOfAll } from './decisions.js';
import { Gateways, type Modules } from './gateways.js';
import { assertModuleOptions, OPTIONS, type AttestationModuleOptions } from './options.js';
import { attach, prepare, type AdapterHost } from './platform.js';
import { guardForeignListeners, guardUpgrades, hasForeignListener } from './server.js';

/** A dynamic module, for `imports`. */
export interface ConfiguredAttestationModule {
  module: typeof AttestationModule;
  global: true;
  imports?: never[];
  /** What gives the options. */
  providers: (
    | { provide: symbol; useValue: AttestationModuleOptions }
    | {
        provide: symbol;
        useFactory: (...injected: never[]) => Promise<AttestationModuleOptions>;
        inject: never[];
      }
  )[];
  exports: symbol[];
}

/** How the options are made by other providers. */
export interface AttestationModuleAsyncOptions<Injected extends readonly unknown[] = readonly never[]> {
  /** Gives the options, or a promise of them. */
  readonly useFactory: (
    ...injected: Injected
  ) => AttestationModuleOptions | Promise<AttestationModuleOptions>;
  /** The tokens of what the factory gets: `[ConfigService]`. Default: none. */
  readonly inject?: readonly unknown[];
  /** The modules that export them, unless they are global. */
  readonly imports?: readonly unknown[];
}

/**
 * Makes the guard known to `Protect`, and protects everything where `all` is set, on Express and on Fastify:
 * `@Module({ imports: [AttestationModule.forRoot({ guard, all: true })] })`.
 *
 * `all` and `devicePath` are hooks of the platform itself, which run before it routes and before it parses bodies: a
 * hook `onRequest` on Fastify, on Express middleware without a path, in front of all parsers, routes and routers. Only
 * plain middleware that was mounted before the application starts comes earlier: CORS, helmet, your own. Handshakes of
 * WebSocket gateways are guarded too.
 */
export class AttestationModule {
  readonly #options: AttestationModuleOptions;
  readonly #host: AdapterHost;
  readonly #gateways: Gateways;
  readonly #decisions: Decisions;

  /**
   * Called by Nest.
   *
   * @param host its `HttpAdapterHost`
   * @param modules its `ModulesContainer`
   */
  constructor(options: AttestationModuleOptions, host: object, modules: object) {
    const { all } = options;
    this.#options = options;
    this.#host = host;
    this.#decisions = new Decisions(options);
    prepare(this.#host, this.#decisions);
    this.#gateways = new Gateways(modules as Modules, all === undefined ? undefined : optionsOfAll(all));
  }

  /** @throws ConfigurationError naming the option */
  static forRoot(options: AttestationModuleOptions): ConfiguredAttestationModule {
    assertModuleOptions(options);
    const provider = { provide: OPTIONS, useValue: options };
    return { module: AttestationModule, global: true, providers: [provider], exports: [OPTIONS] };
  }

  /**
   * The same, with options that other providers make: `AttestationModule.forRootAsync({ inject: [ConfigService],
   * useFactory: (config: ConfigService) => ({ guard: guardOf(config), all: true }) })`.
   *
   * @throws ConfigurationError naming the option: at once for these, when the application starts for those it makes
   */
  static forRootAsync<Injected extends readonly unknown[]>(
    options: AttestationModuleAsyncOptions<Injected>,
  ): ConfiguredAttestationModule {
    const owner = 'AttestationModule.forRootAsync';
    assertOptions(options, { useFactory: 'function', inject: 'list', imports: 'list' }, owner);
    const { useFactory, inject = [], imports = [] } = options;
    if (useFactory === undefined)
      throw new ConfigurationError('useFactory', 'is not set', 'Give a function that makes the options.');
    const make = async (...injected: never[]): Promise<AttestationModuleOptions> => {
      const made = await useFactory(...(injected as unknown as Injected));
      assertModuleOptions(made);
      return made;
    };
    return {
      module: AttestationModule,
      global: true,
      imports: [...imports] as never[],
      providers: [{ provide: OPTIONS, useFactory: make, inject: [...inject] as never[] }],
      exports: [OPTIONS],
    };
  }

  /** Called by Nest when the application starts, after all gateways have been connected. */
  configure(): void {
    const { guard, all, devicePath } = this.#options;
    const decisions = this.#decisions;
    const isNeeded = all !== undefined || devicePath !== undefined || this.#gateways.areGuarded;
    const platform = attach(this.#host, decisions, isNeeded);
    if (platform === undefined) return;
    const { server, listener } = platform;
    if (hasForeignListener(server, listener)) this.#gateways.assertNoPolling();
    if (this.#gateways.areGuarded) guardUpgrades(server, guard, (target) => this.#gateways.demandsOf(target));
    if (all === undefined) return;
    guardForeignListeners(server, listener, (message, then) => {
      const target = message.url ?? '';
      const peer = { ip: message.socket?.remoteAddress };
      decisions.before({ message, target, peer }, (answer) => then(answer === undefined));
    });
  }
}

// The library is compiled without decorator syntax: applied by hand they are the same.
Module({})(AttestationModule);
Inject(OPTIONS)(AttestationModule, undefined, 0);
Inject(HttpAdapterHost)(AttestationModule, undefined, 1);
Inject(ModulesContainer)(AttestationModule, undefined, 2);
