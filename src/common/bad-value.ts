/**
 * An invalid value of an option. The message is a predicate ("must be …", "has …"): the caller adds
 * the option's key, the value and its origin before it.
 */
export class BadValue extends Error {
  override readonly name = 'BadValue';
}
