/** Exports the system interface of the probes, so that other modules need not import from `probes/wire`. */
export { createSystem, type System } from '../../probes/wire/system.ts';
