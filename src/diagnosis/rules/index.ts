import type { Rule } from '../rule.ts';
import { blockPage } from './block-page.ts';
import { certificateChain } from './certificate-chain.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { clockSkew } from './clock-skew.ts';
import { contentNotProved } from './content-not-proved.ts';
import { dnsAnswersChange } from './dns-answers-change.ts';
import { dnsForwardingBroken } from './dns-forwarding-broken.ts';
import { dnsNotConfigured } from './dns-not-configured.ts';
import { dnsSearchDomain } from './dns-search-domain.ts';
import { dnsServerDown } from './dns-server-down.ts';
import { dnsServerSlow } from './dns-server-slow.ts';
import { dnsServersDisagree } from './dns-servers-disagree.ts';
import { dnsTampered } from './dns-tampered.ts';
import { dnsTcpBlocked } from './dns-tcp-blocked.ts';
import { expectedPrivate } from './expected-private.ts';
import { gatewayCertificate } from './gateway-certificate.ts';
import { gatewayNotServing } from './gateway-not-serving.ts';
import { gatewayRecords } from './gateway-records.ts';
import { gatewaySilent } from './gateway-silent.ts';
import { hostsFileOverride } from './hosts-file-override.ts';
import { intermittentLoss } from './intermittent-loss.ts';
import { ipv6Only } from './ipv6-only.ts';
import { largeHello } from './large-hello.ts';
import { nameDoesNotExist } from './name-does-not-exist.ts';
import { noOutboundPath } from './no-outbound-path.ts';
import { noRoute } from './no-route.ts';
import { outboundDropped } from './outbound-dropped.ts';
import { everythingRejected, outboundRejected } from './outbound-rejected.ts';
import { packetSize } from './packet-size.ts';
import { prerequisiteMissing } from './prerequisite-missing.ts';
import { privateZoneMissingRecord } from './private-zone-missing-record.ts';
import { privateZoneNotLinked } from './private-zone-not-linked.ts';
import { regionMismatch } from './region-mismatch.ts';
import { returnPathBroken } from './return-path-broken.ts';
import { routeMayMisdirect, routeMisdirects } from './route-misdirects.ts';
import { ruleDenies, ruleMayDeny } from './rule-denies.ts';
import { rulesDisagree } from './rules-disagree.ts';
import { serviceFirewallDenied } from './service-firewall-denied.ts';
import { serviceRefused } from './service-refused.ts';
import { smtpPort25Blocked } from './smtp-port-25-blocked.ts';
import { sniFiltered } from './sni-filtered.ts';
import { startTlsStripped } from './starttls-stripped.ts';
import { subnetTooSmall } from './subnet-too-small.ts';
import { tlsBlocked } from './tls-blocked.ts';
import { tlsIntercepted } from './tls-intercepted.ts';
import { transparentProxy } from './transparent-proxy.ts';
import { undetermined } from './undetermined.ts';
import { vmLimit } from './vm-limit.ts';
import { vmWithoutOutbound } from './vm-without-outbound.ts';
import { wrongCertificate } from './wrong-certificate.ts';
import { wrongService } from './wrong-service.ts';
import { zonesShadowed } from './zones-shadowed.ts';

/**
 * The order decides which rule explains a target. Rules that use a control or the whole network come before rules that
 * use a target's own failure. Specific rules come before general ones.
 */
export const RULES: readonly Rule[] = [
  // It explains no target, and no other error matters while the subnet is too small.
  subnetTooSmall,
  // It explains no target either.
  prerequisiteMissing,
  // Other rules read only failures, so untested targets do not affect them.
  vmLimit,
  // Before the silence of the server that the system asks then.
  dnsNotConfigured,
  // Without a route to a DNS server, the server is not at fault.
  noRoute,
  // Azure's documents name the rule or route: more than any pattern of silence can tell.
  ruleDenies,
  routeMisdirects,
  rulesDisagree,
  dnsServerDown,
  dnsTampered,
  dnsAnswersChange,
  dnsServerSlow,
  dnsTcpBlocked,
  hostsFileOverride,
  regionMismatch,
  ipv6Only,
  gatewayRecords,
  // What was reached or not at a public address says nothing of the private one.
  expectedPrivate,
  clockSkew,
  tlsIntercepted,
  blockPage,
  gatewayNotServing,
  gatewaySilent,
  gatewayCertificate,
  // A device that completes every connection also explains handshakes that it cuts.
  transparentProxy,
  // Before the rules for cut handshakes: they see the same silence, and these the server's small replies.
  packetSize,
  returnPathBroken,
  tlsBlocked,
  sniFiltered,
  privateZoneMissingRecord,
  dnsForwardingBroken,
  dnsServersDisagree,
  privateZoneNotLinked,
  nameDoesNotExist,
  wrongCertificate,
  // Before wrongService, which takes every refusal by an RPC server for another service.
  serviceRefused,
  wrongService,
  // Where others pass, loss that hits every attempt looks like a missing rule.
  intermittentLoss,
  vmWithoutOutbound,
  noOutboundPath,
  everythingRejected,
  smtpPort25Blocked,
  outboundDropped,
  outboundRejected,
  largeHello,
  zonesShadowed,
  dnsSearchDomain,
  certificateChain,
  certificateExpiry,
  serviceFirewallDenied,
  startTlsStripped,
  contentNotProved,
  undetermined,
  ruleMayDeny,
  routeMayMisdirect,
];
