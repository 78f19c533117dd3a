/** The one door to the world that a run goes through, for whoever puts a run together. */
export { createOutside, type Outside } from '../../probes/wire/outside.ts';
