/** Reasons, each with the rows that are not right because of it, by `situation/shape`. */
const MISSES: Readonly<Record<string, readonly string[]>> = {
  'One page of no known product, at one host, is taken for the host’s own refusal.': [
    'page-for-certificate-host/crl3.digicert.com, 403',
  ],
};

/**
 * The reason of each row that is not right today. A run fails when any other row is wrong, so that the diagnosis cannot
 * get worse unnoticed; a row leaves the list as soon as it is right.
 */
export const KNOWN_MISSES: ReadonlyMap<string, string> = new Map(
  Object.entries(MISSES).flatMap(([reason, ids]) => ids.map((id): [string, string] => [id, reason])),
);
