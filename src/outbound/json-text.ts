/**
 * The JSON text itself, or null when it is not JSON (cut short, usually).
 *
 * Python's encoder, and so Odoo, writes a float that is not a number as a bare `NaN` or `Infinity`, which JSON does not have.
 * One such amount would make the whole page unreadable for good; it is put in quotes, so that only the record that holds it
 * fails its schema and goes to quarantine.
 */
export function readableJson(text: string): string | null {
  if (parses(text)) return text;
  if (!/NaN|Infinity/.test(text)) return null;
  // Strings are matched first and stay as they are; outside of them the three words can only be such numbers.
  const quoted = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/gs, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
  return parses(quoted) ? quoted : null;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
