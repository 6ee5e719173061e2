export { AttestationModule } from './nest/module.js';
export type { AttestationModuleOptions, ConfiguredAttestationModule } from './nest/module.js';
export { Attested, Protect } from './nest/protect.js';
