export * from './connector.ts';
export * from './counting.ts';
export * from './define.ts';
export * from './entities.ts';
export * from './http.ts';
export * from './rereading.ts';
export * from './source-error.ts';
export { isInCalendar, type Field, type PgType } from './fields.ts';
export { columnsOf, IDENTITY_COLUMNS, type Column, type IdentityColumn, type Refused, type Row } from './row.ts';
