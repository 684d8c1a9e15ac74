import { ChromiumError, findChromium } from './find-chromium.ts';
import { makeReport, type Report, type ReportDeps, type ReportRequest } from './make-report.ts';
import { renderPdf } from './render-pdf.ts';

export interface PrintedReport {
  readonly report: Report;
  readonly file: { readonly bytes: Buffer; readonly mediaType: 'application/pdf' | 'text/html' };
}

export interface PrintDeps extends ReportDeps {
  /** KPI_CHROMIUM; null: the one at a usual place. */
  readonly chromium: string | null;
}

/**
 * A report as the file that is sent: a PDF, or the page itself where there is no Chromium. One that is there and fails is an error, as it
 * may work the next time.
 * @throws what makeReport throws; ChromiumError when printing failed
 */
export async function printReport(deps: PrintDeps, request: ReportRequest): Promise<PrintedReport> {
  const chromium = await findChromium(deps.chromium).catch((error: unknown) => {
    if (error instanceof ChromiumError) return null;
    throw error;
  });
  const report = await makeReport(deps, request);
  if (chromium === null) return { report, file: { bytes: Buffer.from(report.html, 'utf8'), mediaType: 'text/html' } };
  return { report, file: { bytes: await renderPdf(report, { chromium }), mediaType: 'application/pdf' } };
}
