/** The one door to the world that a run goes through, for whoever puts a run together. */
export { createSystem, type System } from '../../probes/wire/system.ts';
