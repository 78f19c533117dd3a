import type { Conversation, Protocol, Transport } from '../../probes/protocols.ts';
import type { ServerAddress } from '../config/types.ts';
import type { Control } from '../model/controls.ts';
import type { Source } from '../model/report.ts';
import type { Cloud, Group } from '../model/vocabulary.ts';

/** The facts about this machine that the planner needs. */
export interface PlanContext {
  readonly cloud: Cloud;
  readonly region: string | null;
  readonly servers: readonly ServerAddress[];
  /** Which file or option names those servers. */
  readonly serversFrom: string;
  /** ISO date of this plan: the provenance of what the user asked for. */
  readonly today: string;
}

/** One endpoint of the plan. `plan --format json` prints these as they are. */
export interface PlannedTarget {
  readonly id: string;
  readonly group: Group;
  readonly resourceType: string | null;
  /** Host name or address; a template with `<name>` in it when the name is not known yet. */
  readonly host: string;
  readonly port: number;
  readonly transport: Transport;
  readonly protocol: Protocol;
  readonly conversation: Conversation;
  readonly required: boolean;
  readonly serviceTag: string | null;
  readonly direction: 'outbound' | 'inbound';
  readonly purpose: string;
  readonly source: Source;
  readonly since: string | null;
  readonly until: string | null;
  /** Path and query of the request, for HTTP and HTTPS. */
  readonly path: string | null;
  /** The address to test as well when the name resolves to another: the instance's own hosts, with --vip. */
  readonly vip: string | null;
  readonly testable: boolean;
  /** Why it is not testable; null when it is. */
  readonly reason: string | null;
  /**
   * `endpoint`: counts for the verdict, also when a name is still missing.
   * `note`: listed for the firewall request alone; nothing inside the subnet can test it.
   */
  readonly kind: 'endpoint' | 'note';
}

/** A test that separates a broken network from a broken service. */
export interface PlannedControl {
  readonly name: Control['name'];
  readonly destination: string;
  readonly purpose: string;
}

/** Host names that the documents give and this cloud's list leaves out. */
export interface Absence {
  readonly hosts: readonly string[];
  readonly reason: string;
}

export interface Plan {
  readonly targets: readonly PlannedTarget[];
  readonly controls: readonly PlannedControl[];
  /** Service suffixes under which a random name must not resolve. */
  readonly suffixes: readonly string[];
  /** The name with which DNS servers are tested. */
  readonly dnsQuestion: string;
  /** Notes to the user: merged duplicates, options without effect. */
  readonly notes: readonly string[];
  /** Endpoints that the documents list for other clouds only, with the reason, so that no omission is hidden. */
  readonly absences: readonly Absence[];
}
