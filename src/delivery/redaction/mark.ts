/** The mark that replaces a secret. */
export const MARK = '***';
