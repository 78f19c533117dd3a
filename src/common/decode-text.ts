/** Decodes a saved file: `az` writes UTF-8, and `>` of Windows PowerShell writes UTF-16. */

export type Decoded =
  | { readonly ok: true; readonly text: string }
  /** A predicate: "is …", "holds …". */
  | { readonly ok: false; readonly problem: string };

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/**
 * JSON starts with an ASCII character, so a zero in the first two bytes means UTF-16, even without a byte order mark
 * (RFC 4627, section 3).
 */
function encodingOf([first, second]: Uint8Array): Encoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (second === 0 && first !== 0) return 'utf-16le';
  if (first === 0 && second !== undefined && second !== 0) return 'utf-16be';
  return 'utf-8';
}

/** The text of a file, without its byte order mark. */
export function decode(bytes: Uint8Array): Decoded {
  const encoding = encodingOf(bytes);
  if (encoding !== 'utf-8' && bytes.length % 2 !== 0) {
    return {
      ok: false,
      problem: 'is cut off: UTF-16 has two bytes a character, and half of the last is missing',
    };
  }
  try {
    return { ok: true, text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch {
    return {
      ok: false,
      problem: `is a binary file, not text: some of its bytes are not ${encoding.toUpperCase()}`,
    };
  }
}
