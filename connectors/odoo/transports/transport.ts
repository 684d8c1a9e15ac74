/** One method of one model, as Odoo's external API calls it: arguments by name. */
export interface Call {
  readonly model: string;
  readonly method: string;
  /** For methods of records; absent for methods of a model, which refuse ids (422 on 19). */
  readonly ids?: readonly number[];
  readonly args: Readonly<Record<string, unknown>>;
}

/** A way to reach Odoo. All of them send one request at a time: parallel ones do not make Odoo faster (measured). */
export interface Transport {
  readonly name: 'json2' | 'jsonrpc' | 'xmlrpc';
  /** @throws SourceError */
  call(call: Call): Promise<unknown>;
  /** Id of the user behind the credentials. @throws SourceError */
  uid(): Promise<number>;
}

/** Deadline of one call in milliseconds: Odoo ends a request itself after 120 s (`limit_time_real`). */
export const CALL_DEADLINE_MS = 125_000;

/** How a call is named in error texts. */
export function callName(call: Call): string {
  return `odoo ${call.model}/${call.method}`;
}
