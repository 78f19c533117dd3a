/** Raised in its major when a change breaks a reader of the report. */
export const SCHEMA_VERSION = '1.4.0';
