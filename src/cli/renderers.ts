/** Renders a report in each format, for files and stdout. */

import { harmlessJson } from '../common/escaped-json.ts';
import type { ReportFormat } from '../config/types.ts';
import { toWritten } from '../model/certificates.ts';
import type { Report } from '../model/report.ts';
import { toNetworkStatus } from '../report/network-status.ts';
import { renderText } from '../report/text.ts';

const FILE_WIDTH = 80;

export const RENDERERS: Readonly<Record<ReportFormat, (report: Report) => string>> = {
  json: (report) => harmlessJson(toWritten(report)),
  text: (report) => renderText(report, { color: false, width: FILE_WIDTH, quiet: false }),
  'network-status': (report) => harmlessJson(toNetworkStatus(report)),
};
