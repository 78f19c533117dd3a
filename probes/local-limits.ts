/** Local resources that can run out, by error code (errno(3), connect(2)). */

interface LocalLimit {
  /** The resource. */
  readonly what: string;
  /** A sentence that tells the user how to get more of it. */
  readonly remedy: string;
}

const PORTS = {
  what: 'free local ports',
  remedy:
    'Widen net.ipv4.ip_local_port_range (sysctl; on Windows “netsh int ipv4 set dynamicport tcp”), or end what ' +
    'holds the ports: “ss -tan” (Windows: “netstat -an”) shows it.',
} as const satisfies LocalLimit;

export const LOCAL_LIMITS = {
  EMFILE: {
    what: 'open files of this process',
    remedy:
      'Raise the limit of open files of this process: “ulimit -n 4096” in the shell that starts it (as root when ' +
      '“ulimit -Hn” is lower), or LimitNOFILE=4096 in its systemd unit.',
  },
  ENFILE: {
    what: 'open files of the whole VM',
    remedy: 'Raise fs.file-max (sysctl), or end what holds the files: fs.file-nr counts them.',
  },
  ENOBUFS: {
    what: 'network buffers',
    remedy:
      'Free memory, and run again with a lower --concurrency; on Windows also widen the range of local ports ' +
      '(“netsh int ipv4 set dynamicport tcp”).',
  },
  ENOMEM: {
    what: 'memory',
    remedy:
      'Free memory, raise MemoryMax= of the systemd unit, or use a larger VM; a lower --concurrency needs less.',
  },
  EADDRNOTAVAIL: PORTS,
  // bind(2) returns this when the kernel has no free port to choose.
  EADDRINUSE: PORTS,
  EAGAIN: {
    what: 'processes',
    remedy: 'Raise the limit of processes: “ulimit -u” in the shell, or TasksMax= in the systemd unit.',
  },
} as const satisfies Record<string, LocalLimit>;

export type LocalLimitCode = keyof typeof LOCAL_LIMITS;

/** Whether a code is in the list. Some codes have other meanings too; `probes/wire/failure.ts` decides. */
export function isLocalLimit(code: string): code is LocalLimitCode {
  return Object.hasOwn(LOCAL_LIMITS, code);
}

/** The codes in a text, without duplicates, in the order of the list. */
export function localLimitsIn(text: string): readonly LocalLimitCode[] {
  const found = new Set(text.match(/\bE[A-Z]+\b/g));
  return Object.keys(LOCAL_LIMITS)
    .filter(isLocalLimit)
    .filter((code) => found.has(code));
}
