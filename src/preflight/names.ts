/** The prerequisites of DNS and of custom domains. Pure. */

import { nameOf, ofKind, sameId } from '../azure/documents/find.ts';
import { idOption, saveCommand } from '../azure/documents/save-command.ts';
import type { EndpointList } from '../azure/reading.ts';
import { few } from '../common/wording.ts';
import { AZURE_DNS } from '../model/azure.ts';
import { saveVnet } from './subnet.ts';
import type { Prerequisite } from './types.ts';

const SHOWN = 4;
/** Certificates that end sooner are named; days. */
const SOON = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Servers that the instance uses, by the NetworkStatus replies that were given. */
export function serversOfInstance(statuses: readonly EndpointList[]): readonly string[] {
  return [
    ...new Set(
      statuses
        .flatMap((each) => (each.kind === 'network-status' ? each.locations : []))
        .flatMap(({ dnsServers }) => dnsServers),
    ),
  ].sort();
}

/** @param used DNS servers that the instance uses by NetworkStatus; empty when it was not given */
export function dnsServers(used: readonly string[]): Prerequisite {
  return {
    check: 'vnet-dns',
    title: 'The DNS servers of the virtual network are those that the instance uses',
    required: false,
    judge: ({ vnet, given }) => {
      if (vnet === null) return null;
      const set = vnet.document.dnsServers.length > 0 ? vnet.document.dnsServers : [AZURE_DNS];
      const servers = `${nameOf(vnet.document)} has ${few(set, SHOWN)}`;
      if (used.length > 0) {
        const isSame = set.toSorted().join() === used.toSorted().join();
        return {
          outcome: isSame ? 'met' : 'not-met',
          evidence: isSame
            ? `${servers}, and so does the instance`
            : `${servers}, and the instance still uses ${few(used, SHOWN)}: they were changed after its deployment. In the portal: ` +
              'the instance, Network, “Apply network configuration”',
          from: [vnet.given],
        };
      }
      const applied = ofKind(given, 'nic').find(({ document }) => document.appliedDnsServers.length > 0);
      if (applied === undefined)
        return {
          outcome: 'met',
          evidence: `${servers}; nothing is deployed that has others`,
          from: [vnet.given],
        };
      const has = applied.document.appliedDnsServers;
      const isSame = set.toSorted().join() === has.toSorted().join();
      return {
        outcome: isSame ? 'met' : 'not-met',
        evidence: isSame
          ? `${servers}, and so does this VM`
          : `${servers}, and this VM still uses ${few(has, SHOWN)}: restart it, and test again`,
        from: [vnet.given, applied.given],
      };
    },
    command: saveVnet,
  };
}

export const PRIVATE_ZONES: Prerequisite = {
  check: 'private-zones',
  title: 'The private DNS zones are linked to the virtual network',
  required: false,
  judge: ({ given, vnet, subnet }) => {
    const found = ofKind(given, 'private-dns-links');
    const id = vnet?.document.id ?? subnet?.document.id?.replace(/\/subnets\/[^/]+$/i, '') ?? null;
    if (found.length === 0 || id === null) return null;
    const from = found.map((each) => each.given);
    const zones = Map.groupBy(
      found.flatMap(({ document }) => document.links),
      ({ zone }) => zone ?? 'a zone without a name',
    );
    const missing = [...zones]
      .filter(([, links]) => !links.some((link) => sameId(link.vnet, id) && link.state !== 'InProgress'))
      .map(([zone]) => zone);
    if (missing.length === 0) return { outcome: 'met', evidence: `${few([...zones.keys()], SHOWN)}`, from };
    // With DNS servers of its own, a network needs the links where those servers ask.
    const isCustom = (vnet?.document.dnsServers ?? []).some((server) => server !== AZURE_DNS);
    return isCustom
      ? {
          outcome: 'met',
          evidence: `${few(missing, SHOWN)} not linked to it; its DNS servers (${few(vnet?.document.dnsServers ?? [], SHOWN)}) need the link in their own network`,
          from,
        }
      : { outcome: 'not-met', evidence: `${few(missing, SHOWN)}: no link to ${id.split('/').at(-1)}`, from };
  },
  command: () => saveCommand('private-dns-links'),
};

/** @param now ms since the epoch */
export function customDomains(now: number): Prerequisite {
  return {
    check: 'custom-domains',
    title: 'The certificates of the custom domains are valid',
    required: false,
    judge: ({ instance }) => {
      if (instance === null) return null;
      const from = [instance.given];
      const domains = instance.document.customDomains.filter(
        ({ certificateSource }) => certificateSource?.toLowerCase() !== 'builtin',
      );
      if (domains.length === 0)
        return { outcome: 'met', evidence: `${nameOf(instance.document)} has no custom domain`, from };
      const ends = domains.flatMap(({ host, expiry }) => {
        const at = expiry === null ? Number.NaN : Date.parse(expiry);
        return Number.isNaN(at) ? [] : [{ host, at, day: new Date(at).toISOString().slice(0, 10) }];
      });
      const over = ends.filter(({ at }) => at < now);
      if (over.length > 0)
        return {
          outcome: 'not-met',
          required: true,
          evidence: few(
            over.map(({ host, day }) => `${host} expired on ${day}`),
            SHOWN,
          ),
          from,
        };
      const soon = ends.filter(({ at }) => at < now + SOON * DAY_MS);
      const shown = (soon.length > 0 ? soon : ends).map(({ host, day }) => `${host} until ${day}`);
      return {
        outcome: 'met',
        evidence: shown.length > 0 ? few(shown, SHOWN) : 'the document has no dates of them',
        from,
      };
    },
    command: ({ instance }) =>
      saveCommand('api-management', idOption(instance?.document.id ?? null, 'APIM_ID')),
  };
}
