/**
 * Zones for BIND 9, as a shell script, because each zone needs a stanza and a file and the output is one text. Zone
 * files follow RFC 1035 section 5. Pure.
 */
import { comment, commentedOut, elsewhereNote, leftOutNotes, zoneNote } from './comment.ts';
import type { Records } from './types.ts';
import { isUsable, type Zone, type ZoneRecord, zonesOf } from './zones.ts';

/** s; short, because these records change with the instance's network. */
const TTL = 300;

export function bind(records: Records): string[] {
  return [
    ...comment(
      'BIND 9: a script that writes a file for each zone, adds their stanzas to apim-probe.conf, and checks it all. ' +
        'Save it, read it, and run it with sh as root. Then let named.conf.local include apim-probe.conf, and call ' +
        'rndc reload. It can be run again.',
    ),
    ...zoneNote(records),
    ...leftOutNotes(records),
    ...elsewhereNote(records),
    `directory=\${BIND_DIRECTORY:-/etc/bind}`,
    'stanzas=$directory/apim-probe.conf',
    ': >>"$stanzas"',
    ...zonesOf(records).flatMap((zone) => {
      const lines = zoneLines(zone, records);
      return ['', ...(isUsable(zone) ? lines : commentedOut(lines))];
    }),
    '',
    'named-checkconf -z "$stanzas"',
  ];
}

function zoneLines(zone: Zone, { today }: Records): string[] {
  const { name, records } = zone;
  const file = `$directory/apim-probe.${name}`;
  const stanza = `zone "${name}" {`;
  return [
    `cat >"${file}" <<'ZONE'`,
    `$TTL ${TTL}`,
    `@ IN SOA localhost. hostmaster.localhost. ${serial(today)} 3600 600 604800 ${TTL}`,
    '@ IN NS localhost.',
    ...records.map((record) => recordLine(record, isUsable(zone))),
    'ZONE',
    `grep -qF '${stanza}' "$stanzas" || cat >>"$stanzas" <<STANZA`,
    `${stanza} type primary; file "${file}"; };`,
    'STANZA',
  ];
}

/** A record without an address is a comment, unless the whole zone is a comment. */
function recordLine({ label, type, address, known }: ZoneRecord, inUse: boolean): string {
  return `${known || !inUse ? '' : '; '}${label} IN ${type} ${address}`;
}

/** RFC 1912 section 2.2: YYYYMMDDnn. */
function serial(today: string): string {
  return `${today.replaceAll('-', '')}00`;
}
