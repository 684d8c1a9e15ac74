import { SourceError, type HttpAnswer, type SourceErrorDetails } from '#contract';
import { z } from 'zod';

const said = z.object({ message: z.string().optional(), errors: z.record(z.string(), z.unknown()).optional() });

/**
 * What Metabase means by a refusal, and what to do. Its words are repeated only in part: which field it refused and why, never what
 * was sent. Null: the common table judges (429, 5xx, web pages).
 */
export function refusalOf(what: string, answer: HttpAnswer): SourceError | null {
  const rule = REFUSALS[answer.status];
  if (rule === undefined) return null;
  const words = wordsOf(answer);
  return new SourceError({
    kind: rule.kind,
    code: rule.code,
    message: `Metabase ${what}: ${rule.happened}${words === '' ? '' : ` (${words})`}`,
    advice: rule.advice,
    status: answer.status,
  });
}

type Rule = Pick<SourceErrorDetails, 'kind' | 'code' | 'advice'> & { readonly happened: string };

const REFUSALS: Readonly<Record<number, Rule>> = {
  400: {
    kind: 'config',
    code: 'metabase_refused',
    happened: 'the request was refused',
    advice:
      'Read what Metabase says; if it names a key or a value of ours, this version of Metabase may be one that was not tried: see docs/metabase.md',
  },
  401: {
    kind: 'config',
    code: 'unauthorized',
    happened: 'the API key is not accepted',
    advice: 'Set METABASE_API_KEY to a key of the group Administrators, or make one with: kpi metabase provision',
  },
  403: {
    kind: 'config',
    code: 'forbidden',
    happened: 'the API key may not do this',
    advice: 'The key has to belong to the group Administrators; make one with: kpi metabase provision',
  },
  404: {
    kind: 'config',
    code: 'not_found',
    happened: 'there is no such thing',
    advice: 'Somebody may have deleted it meanwhile: see "kpi metabase plan", then "kpi metabase apply"',
  },
  409: {
    kind: 'transient',
    code: 'metabase_conflict',
    happened: 'somebody else changed it at the same time',
    advice: 'Apply again: kpi metabase apply',
  },
};

function wordsOf(answer: HttpAnswer): string {
  const parsed = said.safeParse(parse(answer.body));
  if (!parsed.success) return answer.body.startsWith('{') || answer.body.length > 200 ? '' : answer.body.trim();
  const { message, errors = {} } = parsed.data;
  const fields = Object.entries(errors).map(([name, why]) => `${name}: ${typeof why === 'string' ? why : 'is not accepted'}`);
  return [message ?? '', ...fields]
    .filter((part) => part !== '')
    .join('; ')
    .slice(0, 400);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
