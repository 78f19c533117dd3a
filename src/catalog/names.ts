/** Parses what users give for a resource: its name, or its full host name. */
import { CLOUDS, type Cloud } from '../model/vocabulary.ts';
import { type ServiceSuffix, serviceSuffixes } from './suffixes.ts';
import type { Placeholder } from './types.ts';

/** The options whose values are resource names, with the term for a value in messages. */
const KINDS = {
  storage: { flag: '--storage', noun: 'storage account' },
  sql: { flag: '--sql', noun: 'SQL server' },
  keyVault: { flag: '--key-vault', noun: 'key vault' },
  eventHubs: { flag: '--event-hubs', noun: 'Event Hubs namespace' },
  redis: { flag: '--redis', noun: 'Redis cache' },
} as const;
export type ResourceKind = keyof typeof KINDS;

export type ResourceName =
  /** `name` replaces `{placeholder}` in the host templates. */
  | { readonly ok: true; readonly placeholder: Placeholder; readonly name: string }
  /** The problem with the value and what to give instead. */
  | { readonly ok: false; readonly error: string };

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const STORAGE_ACCOUNT = /^[a-z0-9]{3,24}$/;
/** “Naming rules and restrictions for Azure resources”, Microsoft.KeyVault/vaults. */
const KEY_VAULT = /^[a-z][a-z0-9-]{1,22}[a-z0-9]$/;

/**
 * The bare name in a value of `--storage`, `--sql`, `--key-vault`, `--event-hubs` or `--redis`.
 *
 * @param kind which option the value came from
 * @param value a resource name or a full public host name, in any case, with or without a final dot
 * @param cloud the cloud of this run: a host name of another one is refused
 */
export function parseResourceName(kind: ResourceKind, value: string, cloud: Cloud): ResourceName {
  const host = value.trim().toLowerCase().replace(/\.$/, '');
  if (/[^a-z0-9.-]/.test(host) || host.length > 253 || host === '') {
    return refuse(
      kind,
      outline(value),
      `is not a host name. Give ${expected(kind, cloud)}, without scheme, port or path.`,
    );
  }
  if (!host.includes('.')) return bareName(kind, value, host);
  return (
    privateName(kind, value, host, cloud) ??
    publicName(kind, value, host, cloud) ??
    otherName(kind, value, host, cloud)
  );
}

function bareName(kind: ResourceKind, value: string, name: string): ResourceName {
  if (kind === 'storage' && !STORAGE_ACCOUNT.test(name)) {
    return refuse(
      kind,
      value,
      `is not a storage account: its name has 3 to 24 letters and digits, nothing else.`,
    );
  }
  if (kind === 'keyVault' && !KEY_VAULT.test(name)) {
    return refuse(
      kind,
      value,
      `is not a key vault: its name has 3 to 24 letters, digits and inner hyphens, and starts with a letter.`,
    );
  }
  if (!LABEL.test(name)) {
    return refuse(kind, value, `is not a name: give 1 to 63 letters, digits and inner hyphens.`);
  }
  return { ok: true, placeholder: kind, name };
}

/** Names under `privatelink` are an alias inside DNS; services hold no certificate for them. */
function privateName(kind: ResourceKind, value: string, host: string, cloud: Cloud): ResourceName | null {
  const service = suffixesOfAllClouds().find(({ privateZone }) => privateZone && isUnder(host, privateZone));
  if (service?.privateZone) {
    const name = before(host, service.privateZone);
    const fix = service.cloud === cloud ? '' : `, and --cloud ${service.cloud} with it`;
    return refuse(
      kind,
      value,
      `is a name of a private DNS zone. Give the public name, '${name}.${service.suffix}'${fix}.`,
    );
  }
  if (!host.split('.').includes('privatelink')) return null;
  const open = host.replace(/(^|\.)privatelink\./, '$1');
  return refuse(kind, value, `is a name of a private DNS zone. Give the public name, '${open}'.`);
}

function publicName(kind: ResourceKind, value: string, host: string, cloud: Cloud): ResourceName | null {
  const service = suffixesOfAllClouds().find(({ suffix }) => isUnder(host, suffix));
  if (!service) return null;
  const name = before(host, service.suffix);
  if (service.placeholder !== kind) {
    return refuse(
      kind,
      value,
      `is a host for ${flagOf(service.placeholder)}. Give ${expected(kind, cloud)} here.`,
    );
  }
  if (service.cloud !== cloud) {
    return refuse(
      kind,
      value,
      `is a host of the ${service.cloud} cloud, and this run is for ${cloud}. Set --cloud ${service.cloud}, or give ${expected(kind, cloud)}.`,
    );
  }
  return bareName(kind, value, name);
}

function otherName(kind: ResourceKind, value: string, host: string, cloud: Cloud): ResourceName {
  // Azure Managed Redis has no one suffix: its names hold the region.
  if (kind === 'redis' && host.length <= 253 && host.split('.').every((label) => LABEL.test(label))) {
    return { ok: true, placeholder: 'managedRedis', name: host };
  }
  return refuse(
    kind,
    value,
    `is not the name of any ${KINDS[kind].noun} of the ${cloud} cloud. Give ${expected(kind, cloud)}.`,
  );
}

/**
 * The part of a wrong value that a message may repeat: the host of a URL, else the first few characters. The value
 * can be a URL with a signature, or a connection string with a key.
 */
function outline(value: string): string {
  const host = /^[a-z0-9+.-]+:\/\/(?:[^@/?#]*@)?([a-z0-9.-]{1,253})/i.exec(value.trim())?.[1];
  if (host !== undefined) return `…${host}…`;
  return value.length > 12 ? `${value.slice(0, 12)}…` : value;
}

function refuse(kind: ResourceKind, value: string, problem: string): ResourceName {
  return { ok: false, error: `${KINDS[kind].flag}: '${value}' ${problem}` };
}

function expected(kind: ResourceKind, cloud: Cloud): string {
  const service = serviceSuffixes(cloud).find(({ placeholder }) => placeholder === kind);
  return `a name such as 'contoso' or its host 'contoso.${service?.suffix}'`;
}

function flagOf(placeholder: Placeholder): string {
  const kind = Object.entries(KINDS).find(([name]) => name === placeholder);
  return kind ? kind[1].flag : `--${placeholder}`;
}

function suffixesOfAllClouds(): readonly (ServiceSuffix & { readonly cloud: Cloud })[] {
  return CLOUDS.flatMap((cloud) => serviceSuffixes(cloud).map((service) => ({ ...service, cloud })));
}

function isUnder(host: string, suffix: string): boolean {
  return host.endsWith(`.${suffix}`);
}

function before(host: string, suffix: string): string {
  return host.slice(0, -suffix.length - 1);
}
