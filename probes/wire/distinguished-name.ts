/** Distinguished names in a form that can be compared (RFC 5280 section 7.1). */
import { type Element, readContent, readElements, TAGS } from './der.ts';

/** String types: UTF8String, PrintableString, TeletexString, IA5String. */
const ONE_BYTE_STRINGS = new Set([0x0c, 0x13, 0x14, 0x16]);
const BMP_STRING = 0x1e;

/**
 * One text for each relative name. Equal names give equal texts: letter case, runs of spaces and the string type do not
 * count.
 * @param name content of a Name
 * @throws RangeError if it is malformed
 */
export function canonicalName(name: Buffer): readonly string[] {
  return readElements(name).map(({ content }) =>
    readElements(content)
      .map((attribute) => {
        const [type, value] = readElements(readContent(attribute, TAGS.sequence));
        return `${readContent(type, TAGS.oid).toString('hex')}=${canonicalValue(value)}`;
      })
      .sort()
      .join('+'),
  );
}

function canonicalValue(value: Element | undefined): string {
  if (value === undefined) throw new RangeError('an attribute without a value');
  const bytes = value.content;
  if (ONE_BYTE_STRINGS.has(value.tag)) return JSON.stringify(fold(bytes.toString('utf8')));
  if (value.tag === BMP_STRING && bytes.length % 2 === 0) {
    return JSON.stringify(fold(Buffer.from(bytes).swap16().toString('utf16le')));
  }
  return `${value.tag}:${bytes.toString('hex')}`;
}

function fold(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}
