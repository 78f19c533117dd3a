/** Security rules: of a network security group, or the effective ones of a network interface. */
import { z } from 'zod';
import { check } from './check.ts';
import { fields, references, requiredNumber, requiredText, textList } from './fields.ts';
import { readPorts, readRuleEnd } from './prefixes.ts';
import type { SecurityRule } from './types.ts';

/** One of these words in any case; an issue for another. */
function word<Value extends string>(words: Readonly<Record<string, Value>>) {
  return z.string().transform((given, context): Value => {
    const found = words[given.trim().toLowerCase()];
    if (found !== undefined) return found;
    context.addIssue({
      code: 'custom',
      message: `“${given.slice(0, 40)}” is not one of ${Object.keys(words).join(', ')}`,
    });
    return z.NEVER;
  });
}

const PROTOCOLS = {
  '*': 'any',
  any: 'any',
  all: 'any',
  tcp: 'tcp',
  udp: 'udp',
  icmp: 'icmp',
  esp: 'esp',
  ah: 'ah',
} as const;
const ACCESS = { allow: 'allow', deny: 'deny', alwaysallow: 'always-allow' } as const;
const DIRECTIONS = { inbound: 'inbound', outbound: 'outbound' } as const;

export const Rule = fields({
  name: requiredText,
  priority: requiredNumber,
  direction: word<SecurityRule['direction']>(DIRECTIONS),
  access: word<SecurityRule['access']>(ACCESS),
  protocol: word<SecurityRule['protocol']>(PROTOCOLS),
  sourceAddressPrefix: textList,
  sourceAddressPrefixes: textList,
  expandedSourceAddressPrefix: textList,
  sourceApplicationSecurityGroups: references,
  sourcePortRange: textList,
  sourcePortRanges: textList,
  destinationAddressPrefix: textList,
  destinationAddressPrefixes: textList,
  expandedDestinationAddressPrefix: textList,
  destinationApplicationSecurityGroups: references,
  destinationPortRange: textList,
  destinationPortRanges: textList,
}).transform((rule, context): SecurityRule => {
  const end = (of: 'source' | 'destination') =>
    check(
      context,
      `${of}AddressPrefix`,
      () =>
        readRuleEnd(
          merge(rule[`${of}AddressPrefix`], rule[`${of}AddressPrefixes`]),
          rule[of === 'source' ? 'expandedSourceAddressPrefix' : 'expandedDestinationAddressPrefix'],
          rule[`${of}ApplicationSecurityGroups`],
        ),
      { prefixes: [], tags: [], applicationGroups: [] },
    );
  const ports = (of: 'source' | 'destination') =>
    check(
      context,
      `${of}PortRange`,
      () => readPorts(merge(rule[`${of}PortRange`], rule[`${of}PortRanges`])),
      [],
    );
  return {
    name: rule.name.replace(/^(?:defaultS|s)ecurityRules\//i, ''),
    priority: rule.priority,
    direction: rule.direction,
    access: rule.access,
    protocol: rule.protocol,
    source: end('source'),
    destination: end('destination'),
    sourcePorts: ports('source'),
    destinationPorts: ports('destination'),
  };
});

/** The singular has the first of several, or the only one. */
function merge(one: readonly string[], several: readonly string[]): string[] {
  return [...new Set([...one, ...several])];
}
