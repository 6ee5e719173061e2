export { AttestationModule } from './nest/module.js';
export type { AttestationModuleAsyncOptions, ConfiguredAttestationModule } from './nest/module.js';
export type { AttestationModuleOptions } from './nest/options.js';
export { Attested, Protect } from './nest/protect.js';
