/** Host names that are public, since the documents list them: they do not identify the user's network. */
import { z } from 'zod';
import { catalogFor, serviceSuffixes } from '../catalog/index.ts';
import { Report } from '../model/report.ts';
import { CLOUDS } from '../model/vocabulary.ts';

/** Domains of Microsoft in which its customers get names, or single machines of its own have them. */
const SHARED = [
  ...[
    'windows.net',
    'azure.net',
    'azure.com',
    'azure.us',
    'azure.cn',
    'usgovcloudapi.net',
    'chinacloudapi.cn',
  ],
  ...['azure-api.net', 'azure-api.us', 'azure-api.cn', 'trafficmanager.net', 'azureedge.net', 'azurefd.net'],
  ...['azurewebsites.net', 'cloudapp.net', 'cloudapp.azure.com', 'azureprivatedns.net', 'visualstudio.com'],
];

/** Domains of Microsoft, of its certificate authorities, and of sites that findings cite: no customer has a name there. */
const OWN = [
  ...['microsoft.com', 'microsoftonline.com', 'microsoftonline.us', 'msn.com', 'live.com', 'windows.com'],
  ...[
    'windowsupdate.com',
    'microsoftmetrics.com',
    'msftcloudes.com',
    'msocsp.com',
    'digicert.com',
    'digicert.cn',
  ],
  ...[
    'sts.windows.net',
    'sts.chinacloudapi.cn',
    'graph.windows.net',
    'github.com',
    'aka.ms',
    'rfc-editor.org',
    'man7.org',
    'freedesktop.org',
    'oasis-open.org',
    'cisco.com',
    'tldr.fail',
  ],
];

export interface PublicHostNames {
  /** Whether a host name, in lower case, is public. */
  readonly has: (host: string) => boolean;
  /** Suffixes that resources get names under. */
  readonly services: readonly string[];
  /** Domains of Microsoft in which its customers and its own machines have names. */
  readonly domains: readonly string[];
  /** Whether a word, in lower case, is a key of the report, one of its fixed values, or part of a public name. */
  readonly isWord: (word: string) => boolean;
}

/** What the catalogue lists, in any cloud, and the suffixes that resources get names under. */
export function publicHostNames(): PublicHostNames {
  const listed = CLOUDS.flatMap((cloud) => catalogFor(cloud).flatMap(({ hosts }) => hosts[cloud] ?? []));
  const whole = new Set([...listed, ...OWN]);
  const regional = listed.filter((host) => /^[^{*]*\{region\}[^{*]*$/.test(host)).map(pattern);
  const services = CLOUDS.flatMap((cloud) => serviceSuffixes(cloud));
  return {
    has: (host) =>
      whole.has(host) ||
      OWN.some((domain) => host.endsWith(`.${domain}`)) ||
      regional.some((one) => one.test(host)),
    services: services.flatMap(({ suffix, privateZone }) => [
      suffix,
      ...(privateZone === null ? [] : [privateZone]),
    ]),
    domains: SHARED,
    isWord: (word) => {
      publicWords ??= new Set([
        ...listWords(z.toJSONSchema(Report)).map((each) => each.toLowerCase()),
        ...[...whole, ...SHARED].flatMap((host) => host.split('.')),
      ]);
      return publicWords.has(word);
    },
  };
}

let publicWords: ReadonlySet<string> | null = null;

/** Names of properties and fixed values, however deep in a JSON Schema. */
function listWords(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(listWords);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => [
    ...(key === 'properties' && typeof value === 'object' && value !== null ? Object.keys(value) : []),
    ...(key === 'enum' || key === 'const' ? [value].flat().filter((one) => typeof one === 'string') : []),
    ...listWords(value),
  ]);
}

function pattern(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replace('{region}', '[a-z0-9]+')}$`);
}
