/** Runs the installer on a prepared root or a prefix, so that no test needs root or touches this machine. */
import { spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';

export const INSTALL = join(import.meta.dirname, '../../install');

/** Where things lie on a machine, below its root. */
export const UNITS = ['etc/systemd/system/apim-probe.service', 'etc/systemd/system/apim-probe.timer'];
export const TABLE = 'etc/cron.d/apim-probe';
export const CRON = [TABLE, 'usr/local/lib/apim-probe/scheduled-run'];
export const PROGRAM = 'usr/local/bin/apim-probe';
/** The manual page and the completion. */
export const SHARED = [
  'usr/local/share/bash-completion/completions/apim-probe',
  'usr/local/share/man/man1/apim-probe.1',
  'usr/local/share/zsh/site-functions/_apim-probe',
];
export const MANIFEST = 'usr/local/lib/apim-probe/manifest';
export const CONFIG = 'etc/apim-probe/config.yaml';
export const DROPIN = 'etc/systemd/system/apim-probe.service.d/upload-url.conf';

/** Only prints a version, which is all that the installer needs of an executable. */
export const EXECUTABLE = '#!/bin/sh\necho 0.1.0\n';

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Call {
  /** The root of the machine that is prepared; without it the installer works on this one's. */
  readonly destdir?: string;
  readonly script?: string;
  readonly shell?: readonly string[];
  /** A folder that comes first on the PATH. */
  readonly path?: string;
  readonly cwd?: string;
}

export function installer(
  args: readonly string[],
  { destdir, script, shell = ['sh'], path, cwd }: Call,
): Ended {
  const [program = 'sh', ...before] = shell;
  const { status, stdout, stderr } = spawnSync(
    program,
    [...before, script ?? join(INSTALL, 'install.sh'), ...args],
    {
      encoding: 'utf8',
      cwd,
      env: {
        PATH: `${path ?? '/usr/sbin'}:/usr/sbin:/usr/bin:/sbin:/bin`,
        ...(destdir === undefined ? {} : { DESTDIR: destdir }),
      },
    },
  );
  return { code: status, out: stdout, err: stderr };
}

/**
 * A folder of the test's own with these files. Not in the checkout: that may lie anywhere, and the installer takes
 * no path with spaces for the places that it installs to.
 */
export function scratch(t: Test, files: Readonly<Record<string, string>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'apim-probe-install-')));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return furnish(folder, files);
}

/** Writes files below a folder, with the folders that they need. */
export function furnish(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Every file below a folder, with its mode and its content; sorted by path. */
export function inventory(folder: string): Record<string, string> {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    found.flatMap((path) => {
      const status = lstatSync(join(folder, path));
      if (!status.isFile()) return [];
      return [[path, `${(status.mode & 0o777).toString(8)} ${readFileSync(join(folder, path), 'utf8')}`]];
    }),
  );
}

/** A prepared root, and an executable to install. */
export function prepared(
  t: Test,
  files: Readonly<Record<string, string>> = {},
): { destdir: string; from: string } {
  const folder = scratch(t, { 'from/apim-probe': EXECUTABLE });
  const destdir = join(folder, 'root');
  mkdirSync(destdir);
  return { destdir: furnish(destdir, files), from: join(folder, 'from', 'apim-probe') };
}

export function contentOf(destdir: string, path: string): string {
  return readFileSync(join(destdir, path), 'utf8');
}
