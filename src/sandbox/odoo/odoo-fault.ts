const TRACEBACK = [
  'Traceback (most recent call last):',
  '  File "/srv/odoo/http.py", line 2273, in _serve_db',
  '    return service_model.retrying(serve_func, env=self.env)',
  '  File "/srv/odoo/service/model.py", line 184, in retrying',
  '    result = func()',
].join('\n');

/** A failure as Odoo states it: the Python class by name, its message, and a traceback that must never be stored. */
export class OdooFault extends Error {
  readonly pythonName: string;
  /** HTTP status of JSON-2; JSON-RPC answers 200 whatever happened. */
  readonly status: number;

  constructor(pythonName: string, message: string, status: number) {
    super(message);
    this.pythonName = pythonName;
    this.status = status;
  }

  /** The object that JSON-2 sends as body and JSON-RPC as `error.data`. */
  describe(): Record<string, unknown> {
    return { name: this.pythonName, message: this.message, arguments: [this.message], context: {}, debug: this.traceback() };
  }

  /** What XML-RPC sends as fault text. */
  traceback(): string {
    return `${TRACEBACK}\n${this.pythonName.replace(/^builtins\./, '')}: ${this.message}\n`;
  }
}

export const accessError = (message: string) => new OdooFault('odoo.exceptions.AccessError', message, 403);
/** 500 on the wire: so does Odoo answer an unknown field or a datetime with a zone. */
export const valueError = (message: string) => new OdooFault('builtins.ValueError', message, 500);
export const typeError = (message: string) => new OdooFault('builtins.TypeError', message, 500);
