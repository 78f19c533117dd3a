/** Parses and formats the values of `--dns-server`, `--connect-to`, `--hostname` and `--format`. */
import { BadValue } from '../common/bad-value.ts';
import { didYouMean } from '../common/did-you-mean.ts';
import { address, hostName, hostOrAddress, port } from '../common/host-name.ts';
import { bracketHost, joinHostPort } from '../common/host-port.ts';
import { quote } from '../common/mask.ts';
import {
  GATEWAY_ROLES,
  type GatewayRole,
  type Options,
  REPORT_FORMATS,
  type Redirect,
  type ServerAddress,
} from './types.ts';

const DNS_PORT = 53;

/**
 * `ADDRESS[:PORT]`; an IPv6 address with a port is in brackets.
 * @throws BadValue
 */
export function parseServerAddress(text: string): ServerAddress {
  const match = /^(\[[^\]]*\]|[^:[\]]*):([^:]*)$/s.exec(text);
  if (match === null) return { address: address(text), port: DNS_PORT };
  return { address: address(match[1] ?? ''), port: port(match[2] ?? '') };
}

export function formatServerAddress(server: ServerAddress): string {
  return joinHostPort(server.address, server.port);
}

/**
 * `HOST:PORT:ADDRESS:PORT` as curl's `--connect-to`; an empty HOST or first PORT matches any.
 * @throws BadValue
 */
export function parseRedirect(text: string): Redirect {
  const match = /^(\[[^\]]*\]|[^:[\]]*):([^:]*):(\[[^\]]*\]|[^:[\]]*):([^:]*)$/s.exec(text);
  if (match === null) {
    throw new BadValue(
      'must be HOST:PORT:ADDRESS:PORT, an IPv6 address in brackets; the first HOST and PORT may be empty for any',
    );
  }
  const [, host = '', fromPort = '', to = '', toPort = ''] = match;
  return {
    host: host === '' ? null : hostOrAddress(host),
    port: fromPort === '' ? null : port(fromPort),
    address: address(to),
    toPort: port(toPort),
  };
}

export function formatRedirect(redirect: Redirect): string {
  const from = `${bracketHost(redirect.host ?? '')}:${redirect.port ?? ''}`;
  return `${from}:${joinHostPort(redirect.address, redirect.toPort)}`;
}

function gatewayRole(text: string): GatewayRole {
  const role = GATEWAY_ROLES.find((known) => known === text.toLowerCase());
  if (role !== undefined) return role;
  throw new BadValue(
    `names the unknown role ${quote(text)}.${didYouMean(text, GATEWAY_ROLES)} Roles: ${GATEWAY_ROLES.join(', ')}`,
  );
}

/**
 * `ROLE=HOST`, a custom domain of the service.
 * @throws BadValue
 */
export function parseCustomDomain(text: string): Options['hostname'][number] {
  const equals = text.indexOf('=');
  if (equals < 0) throw new BadValue('must be ROLE=HOST, like gateway=api.contoso.com');
  return { role: gatewayRole(text.slice(0, equals)), host: hostName(text.slice(equals + 1)) };
}

export function formatCustomDomain(domain: Options['hostname'][number]): string {
  return `${domain.role}=${domain.host}`;
}

/**
 * `FORMAT=FILE`, another rendering of the report.
 * @throws BadValue
 */
export function parseReportFormat(text: string): Options['format'][number] {
  const equals = text.indexOf('=');
  if (equals < 0) throw new BadValue('must be FORMAT=FILE, like text=report.txt');
  const word = text.slice(0, equals);
  const format = REPORT_FORMATS.find((known) => known === word.toLowerCase());
  if (format === undefined) {
    throw new BadValue(
      `names the unknown format ${quote(word)}.${didYouMean(word, REPORT_FORMATS)} Formats: ${REPORT_FORMATS.join(', ')}`,
    );
  }
  return { format, file: filePath(text.slice(equals + 1)) };
}

export function formatReportFormat(output: Options['format'][number]): string {
  return `${output.format}=${output.file}`;
}

/** @throws BadValue when the text cannot be a file's path on any system */
export function filePath(text: string): string {
  if (text === '') throw new BadValue('must name a file');
  if (text.includes('\0')) throw new BadValue('has a NUL character, which no path can have');
  // Shells expand ~ only as a separate argument; config files and --state=~/x reach this check.
  if (/^~[/\\]/.test(text))
    throw new BadValue('begins with ~, which is not expanded here: write the full path');
  return text;
}
