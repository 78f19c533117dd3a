const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME_EXTENSION = 0;
const RECORD_HEADER = 5;
const HANDSHAKE_HEADER = 4;
const VERSION_AND_RANDOM = 34;

/**
 * The server name in the first bytes that a TLS client sends (RFC 8446, 4.1.2; RFC 6066, 3), as a filtering
 * firewall reads it without opening the connection.
 */
export type Hello =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'not-tls' }
  | { readonly kind: 'hello'; readonly serverName: string | null };

/** Reads the name from everything received so far; ask again with more bytes while it is incomplete. */
export function readHello(bytes: Buffer): Hello {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE_RECORD) return { kind: 'not-tls' };
  if (bytes.length < RECORD_HEADER) return { kind: 'incomplete' };
  const end = RECORD_HEADER + bytes.readUInt16BE(3);
  if (bytes.length < end) return { kind: 'incomplete' };
  try {
    return helloIn(bytes.subarray(RECORD_HEADER, end));
  } catch {
    return { kind: 'not-tls' };
  }
}

function helloIn(record: Buffer): Hello {
  if (record.readUInt8(0) !== CLIENT_HELLO) return { kind: 'not-tls' };
  let at = HANDSHAKE_HEADER + VERSION_AND_RANDOM;
  at += 1 + record.readUInt8(at); // session id
  at += 2 + record.readUInt16BE(at); // cipher suites
  at += 1 + record.readUInt8(at); // compression methods
  const end = at + 2 + record.readUInt16BE(at);
  at += 2;
  while (at < end) {
    const length = record.readUInt16BE(at + 2);
    if (record.readUInt16BE(at) === SERVER_NAME_EXTENSION)
      return { kind: 'hello', serverName: nameIn(record.subarray(at + 4, at + 4 + length)) };
    at += 4 + length;
  }
  return { kind: 'hello', serverName: null };
}

/** Skips the length of the list and the type of its one entry. */
function nameIn(extension: Buffer): string {
  const length = extension.readUInt16BE(3);
  return extension.toString('latin1', 5, 5 + length).toLowerCase();
}
