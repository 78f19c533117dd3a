/** The limit of a report's file in bytes; a report of 10,000 targets with all their evidence takes some 70 MiB. */
export const LARGEST_REPORT = 256 * 1024 * 1024;
