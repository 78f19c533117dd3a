/** What report files are called, so that a folder sorts by time without any of them being opened. */
import type { Report } from '../model/report.ts';

/** `apim-probe-report-20261123T065200Z-1a2b3c`: sorts by time, and the id's end tells runs of one second apart. */
export function reportFileName({ startedAt, id }: Pick<Report, 'startedAt' | 'id'>): string {
  const compact = startedAt.replace(/\.\d+/, '').replace(/[-:]/g, '');
  return `apim-probe-report-${compact}-${id.slice(-6)}`;
}

const NAME = /^apim-probe-report-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{6}(?:-\d{1,4})?\.json$/;

/** @returns when the report of this file name began, in ms since the epoch; null for a file that is none of ours */
export function timeInName(name: string): number | null {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  if (year === undefined) return null;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? null : time;
}
