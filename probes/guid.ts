/** GUIDs in Microsoft's protocols: the first three fields have the sender's byte order (MS-DTYP 2.3.4). */

/** Offset and length of each field; the last two fields have no byte order. */
const FIELDS = [
  [0, 4],
  [4, 2],
  [6, 2],
  [8, 2],
  [10, 6],
] as const;
const ORDERED_FIELDS = 3;

/** The 16 bytes of a GUID written as text, little-endian. */
export function guidBytes(text: string): Uint8Array {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex');
  for (const [start, length] of FIELDS.slice(0, ORDERED_FIELDS)) {
    bytes.subarray(start, start + length).reverse();
  }
  return bytes;
}

/** The text of the GUID in 16 bytes, lower case. */
export function guidText(bytes: Uint8Array, littleEndian: boolean): string {
  return FIELDS.map(([start, length], index) => {
    const field = Buffer.from(bytes.subarray(start, start + length));
    if (littleEndian && index < ORDERED_FIELDS) field.reverse();
    return field.toString('hex');
  }).join('-');
}
