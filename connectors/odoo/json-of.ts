import { SourceError, type HttpAnswer } from '#contract';

/** The parsed body. @throws SourceError (transient) when it is not JSON: a proxy's page, or an answer cut short */
export function jsonOf(answer: HttpAnswer, what: string): unknown {
  try {
    return JSON.parse(answer.body) as unknown;
  } catch (cause) {
    const html = answer.body.trimStart().startsWith('<');
    throw new SourceError({
      kind: 'transient',
      code: html ? 'html_answer' : 'bad_json',
      message: `${what}: answered ${html ? 'a web page' : 'something that is not JSON'} with status ${answer.status}`,
      advice: 'Nothing to do if it passes; else check base_url and the proxy in front of Odoo.',
      status: answer.status,
      // A syntax error quotes the text it failed on, which may be data: only its name is kept.
      cause: cause instanceof Error ? cause.name : undefined,
    });
  }
}
