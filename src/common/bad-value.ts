/**
 * A value that an option cannot take. The message is a predicate ("must be …", "has …"): the caller puts the
 * option's key, the value and its origin in front.
 */
export class BadValue extends Error {
  override readonly name = 'BadValue';
}
