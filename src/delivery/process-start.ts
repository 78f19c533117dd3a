/** The start time of a process: it distinguishes two processes with the same process id. */
import { readFileSync } from 'node:fs';

/** @returns clock ticks since the boot, from /proc/PID/stat (proc_pid_stat(5)); null where the system does not report it */
export function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22; the second field, the program's name, may hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
