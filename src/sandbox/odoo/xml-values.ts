/** The part of XML-RPC that a client of Odoo uses. Odoo's server has no nil: None in an answer is an error there too. */
export type XmlValue = string | number | boolean | readonly XmlValue[] | { readonly [key: string]: XmlValue };

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replace(/&(#x?[\da-f]+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
  });
}

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export interface XmlCall {
  readonly method: string;
  readonly params: readonly XmlValue[];
}

/** @throws SyntaxError */
export function parseCall(xml: string): XmlCall {
  const method = /<methodName>\s*([^<]*?)\s*<\/methodName>/.exec(xml)?.[1];
  if (method === undefined) throw new SyntaxError('no methodName');
  const tokens = xml.slice(xml.indexOf('</methodName>')).match(/<!\[CDATA\[[\s\S]*?\]\]>|<[^>]+>|[^<]+/g) ?? [];
  const reader = new Reader(tokens);
  const params: XmlValue[] = [];
  while (reader.seek('<value>')) params.push(reader.value());
  return { method, params };
}

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** Moves behind the next `tag`, false when there is none. */
  seek(tag: string): boolean {
    const found = this.#tokens.indexOf(tag, this.#at);
    if (found < 0) return false;
    this.#at = found + 1;
    return true;
  }

  /** Reads a value; the opening `<value>` has been passed. Ends behind `</value>`. */
  value(): XmlValue {
    let text = '';
    while (this.#peek() !== undefined && !this.#peek()?.startsWith('<')) text += this.#take();
    const tag = this.#take();
    if (tag === '</value>') return unescape(text);
    if (tag === '<value/>' || tag === '<string/>') return this.#close('');
    if (tag === '<array>') return this.#close(this.#array());
    if (tag === '<struct>') return this.#close(this.#struct());
    if (tag === '<struct/>') return this.#close({});
    let content = '';
    while (this.#peek() !== undefined && !this.#peek()?.startsWith('</')) content += plainText(this.#take());
    return this.#close(scalar(tag, content));
  }

  #array(): XmlValue[] {
    const items: XmlValue[] = [];
    for (;;) {
      const tag = this.#take();
      if (tag === '<value>') items.push(this.value());
      else if (tag === '<value/>') items.push('');
      else if (tag === '</array>' || tag === '') return items;
    }
  }

  #struct(): Record<string, XmlValue> {
    const members: Record<string, XmlValue> = {};
    for (;;) {
      const tag = this.#take();
      if (tag === '</struct>' || tag === '') return members;
      if (tag !== '<name>') continue;
      const name = unescape(this.#take());
      if (this.seek('<value>')) members[name] = this.value();
    }
  }

  #close<T>(value: T): T {
    this.seek('</value>');
    return value;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #take(): string {
    return this.#tokens[this.#at++] ?? '';
  }
}

/** Some clients write text that holds `<` or `&` as CDATA, others escape it. */
function plainText(token: string): string {
  return token.startsWith('<![CDATA[') ? token.slice(9, -3) : unescape(token);
}

function scalar(tag: string, content: string): XmlValue {
  if (tag === '<int>' || tag === '<i4>' || tag === '<double>') return Number(content);
  if (tag === '<boolean>') return content.trim() === '1';
  return content;
}

export function answerOf(value: unknown): string {
  return `<?xml version='1.0'?>\n<methodResponse><params><param>${written(value)}</param></params></methodResponse>\n`;
}

export function faultOf(text: string): string {
  return `<?xml version='1.0'?>\n<methodResponse><fault>${written({ faultCode: 1, faultString: text })}</fault></methodResponse>\n`;
}

function written(value: unknown): string {
  if (typeof value === 'boolean') return `<value><boolean>${value ? 1 : 0}</boolean></value>`;
  if (typeof value === 'number') {
    // Python tells ints from floats; a JavaScript number that is whole is taken for an int.
    return Number.isInteger(value) ? `<value><int>${value}</int></value>` : `<value><double>${value}</double></value>`;
  }
  if (Array.isArray(value)) return `<value><array><data>${value.map(written).join('')}</data></array></value>`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `<member><name>${escape(name)}</name>${written(member)}</member>`);
    return `<value><struct>${members.join('')}</struct></value>`;
  }
  if (typeof value === 'string') return `<value><string>${escape(value)}</string></value>`;
  throw new TypeError('cannot marshal None unless allow_none is enabled');
}
