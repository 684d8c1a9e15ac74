/**
 * A request as errors and logs name it: method, host and path template ("GET crm.example.cl/api/v1/accounts/{id}/messages").
 * No query string (it may carry a key or an e-mail) and no record's id, so that equal failures read equal.
 */
export function placeOf(method: string, url: URL): string {
  const segments = url.pathname.split('/');
  const template = segments.map((segment, at) => (isId(segment, segments[at - 1] ?? '') ? '{id}' : segment)).join('/');
  return `${method} ${url.host}${template}`;
}

/** An id follows the plural name of its collection; a bare number elsewhere ("/json/2/…") is part of the address. */
function isId(segment: string, before: string): boolean {
  if (/^\d+$/.test(segment)) return segment.length > 3 || before.endsWith('s');
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(segment) || segment.includes('%')) return true;
  return segment.length > 40 || (segment.length >= 12 && /\d/.test(segment) && before.endsWith('s'));
}
