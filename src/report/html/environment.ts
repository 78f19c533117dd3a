/** Options and environment: what was asked for, and what the agent found around it. */
import { count } from '../../common/wording.ts';
import type { Control } from '../../model/controls.ts';
import type { Report } from '../../model/report.ts';
import type { Mark } from '../text/palette.ts';
import { cutText, gridTable } from './format.ts';
import { markedText } from './marks.ts';
import { type Content, html, type Markup } from './markup.ts';

/** Of a list, without a fold. */
const SHOWN_LINES = 8;

const MARK_OF_OUTCOME: Readonly<Record<Control['outcome'], Mark>> = {
  expected: 'good',
  anomalous: 'doubtful',
  unknown: 'unknown',
};

/** The section of the options, the controls and the VM. */
export function environmentSection(report: Report): Markup {
  return html`<section aria-labelledby="environment"><h2 id="environment">Options and environment</h2>
    ${controls(report.controls)}
    ${options(report.options)}
    ${hostInfo(report)}
    ${untestable(report.notTestable)}
    </section>`;
}

function controls(all: Report['controls']): Content {
  if (all.length === 0) return null;
  return html`<h3>Controls</h3>${gridTable(
    'Experiments that separate network faults from service faults',
    ['Control', 'Outcome', 'What was seen'],
    all.map(
      ({ name, outcome, detail }) =>
        html`<tr><th scope="row">${name}</th><td class="nowrap">${markedText(MARK_OF_OUTCOME[outcome], outcome)}</td><td>${cutText(detail.text)}</td></tr>`,
    ),
  )}`;
}

function options(all: Report['options']): Markup {
  const entries = Object.entries(all);
  const given = entries.filter(([, { from }]) => from !== 'default');
  const left = entries.filter(([, { from }]) => from === 'default');
  const table = (label: string, rows: typeof entries) =>
    gridTable(
      label,
      ['Option', 'Value', 'From'],
      rows.map(
        ([key, { value, from }]) =>
          html`<tr><th scope="row">${cutText(key)}</th><td>${optionValue(value)}</td><td>${from}</td></tr>`,
      ),
    );
  return html`<h3>Options</h3>
    ${given.length === 0 ? html`<p>No option was given.</p>` : table('Options that were given', given)}
    ${left.length > 0 && html`<details class="aside"><summary>${count(left.length, 'default')}</summary>${table('Options that were not given', left)}</details>`}`;
}

function optionValue(value: Report['options'][string]['value']): Content {
  if (value === null) return html`<span class="dim">not set</span>`;
  if (!Array.isArray(value)) return cutText(String(value));
  return value.length === 0 ? html`<span class="dim">none</span>` : lines(value);
}

function hostInfo({ environment, agent, id }: Report): Markup {
  const { vm, network, dns, proxies, clockOffsetMs, privileged, notes } = environment;
  const { system } = dns;
  const routes = network.routes ?? [];
  const rows: [string, Content][] = [
    [
      'VM',
      vm === null
        ? 'no metadata service answered'
        : [vm.name, vm.hostName, vm.size, vm.osType, vm.zone === null ? null : `zone ${vm.zone}`]
            .filter((part) => part !== null)
            .map((part) => cutText(part))
            .join(', '),
    ],
    [
      'Resource',
      vm === null
        ? '–'
        : cutText([vm.subscriptionId, vm.resourceGroup].filter((part) => part !== null).join(' / ')),
    ],
    ['Interfaces', lines(network.interfaces.map((one) => `${one.name}: ${one.address}/${one.prefixLength}`))],
    [
      'Routes',
      lines(routes.map((one) => `${one.destination} → ${one.interface}${one.rejects ? ', rejected' : ''}`)),
    ],
    ['Address of the instance', network.vip ?? 'not given'],
    ['DNS servers from', cutText(dns.source)],
    ['Search domains', lines(dns.searchDomains)],
    [
      'Resolver',
      system === null
        ? 'not known'
        : `${system.order.join(', ')}; ${system.timeoutMs} ms, ${count(system.attempts, 'attempt')}, ndots ${system.ndots}${system.rotate ? ', rotate' : ''}`,
    ],
    ['Hosts file', `${cutText(dns.hostsFile.path)}, ${count(dns.hostsFile.entries, 'name')}`],
    ['Proxies', lines(proxies.map(({ variable, value }) => `${variable}=${value}`))],
    [
      'Clock',
      clockOffsetMs === null
        ? 'not compared'
        : `${Math.abs(Math.round(clockOffsetMs))} ms ${clockOffsetMs >= 0 ? 'ahead' : 'behind'}`,
    ],
    [
      'Agent',
      `${agent.version}, ${cutText(agent.runtime)}, ${cutText(agent.os)} ${agent.arch}${privileged ? ', as root' : ''}`,
    ],
    ['Report', id],
    ['Notes', lines(notes)],
  ];
  return html`<h3>Environment</h3><dl class="pairs">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function lines(texts: readonly string[]): Content {
  if (texts.length === 0) return '–';
  const [shown, folded] = [texts.slice(0, SHOWN_LINES), texts.slice(SHOWN_LINES)].map((part) =>
    part.map((text) => html`<div>${cutText(text)}</div>`),
  );
  return [
    shown ?? null,
    folded !== undefined &&
      folded.length > 0 &&
      html`<details class="aside"><summary>and ${folded.length} more</summary>${folded}</details>`,
  ];
}

function untestable(entries: Report['notTestable']): Content {
  if (entries.length === 0) return null;
  return html`<details class="aside"><summary>${count(entries.length, 'endpoint')} that no test from inside the subnet can reach</summary><ul>${entries.map(({ group, endpoint, reason }) => html`<li><code>${cutText(endpoint)}</code> <span class="dim">${group}: ${cutText(reason)}</span></li>`)}</ul></details>`;
}
