import type { Sheet } from '../../spreadsheet/sheet.ts';
import { classesSheet, documentsBridgeSheet, documentTypesSheet, ordersBridgeSheet } from './bridge-sheets.ts';
import { changesSheet, documentFindingsSheet, findingsSheet } from './finding-sheets.ts';
import type { MonthExport } from './month-export.ts';
import { summarySheet } from './summary-sheet.ts';

/** The tables of an export, by the names they are asked for. */
export const EXPORT_PARTS = [
  'summary',
  'orders-bridge',
  'documents-bridge',
  'classes',
  'documents',
  'findings',
  'document-findings',
  'changes',
] as const;

export type ExportPart = (typeof EXPORT_PARTS)[number];

/** The sheets of a month, in the order in which finance reads them; those it has no data for are left out. */
export function monthSheets(exported: MonthExport, only: ExportPart | null): Sheet[] {
  const { company, reconciliation, documents, live } = exported;
  const made: Readonly<Record<ExportPart, () => Sheet | null>> = {
    summary: () => summarySheet(exported),
    'orders-bridge': () => reconciliation && ordersBridgeSheet(reconciliation, company),
    'documents-bridge': () => documents && documentsBridgeSheet(documents, company),
    classes: () => reconciliation && classesSheet(reconciliation, company),
    documents: () => documents && documentTypesSheet(documents, company),
    findings: () => reconciliation && findingsSheet(exported.findings(), company),
    'document-findings': () => documents && documentFindingsSheet(documents, company),
    changes: () => live && changesSheet(live.changes, company),
  };
  return EXPORT_PARTS.filter((part) => only === null || part === only)
    .map((part) => made[part]())
    .filter((sheet) => sheet !== null);
}
