/** An IPv6 address in brackets, as in URLs (RFC 3986 section 3.2.2); any other host as it is. */
export function bracketHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** `HOST:PORT`. */
export function joinHostPort(host: string, port: number): string {
  return `${bracketHost(host)}:${port}`;
}

/** A DNS server as the report names it: with its port unless that is 53. */
export function nameDnsServer({
  address,
  port,
}: {
  readonly address: string;
  readonly port: number;
}): string {
  return port === 53 ? address : joinHostPort(address, port);
}
