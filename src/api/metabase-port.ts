import { SourceError } from '#contract';
import { ProblemError } from './problem.ts';

/** A dashboard as a page of the portal shows it. */
export interface EmbeddedDashboard {
  readonly dashboard: { readonly key: string; readonly id: number; readonly title: string };
  readonly token: string;
  readonly expires_at: string;
  readonly iframe_url: string;
  readonly guest: { readonly instanceUrl: string; readonly component: string };
}

/** What the gateway needs of Metabase. */
export interface MetabasePort {
  embed(tenantId: string, nameOrId: string): Promise<EmbeddedDashboard>;
}

const UNAVAILABLE = {
  status: 503,
  code: 'metabase_unavailable',
  detail: { es: 'Metabase no responde por ahora.', en: 'Metabase does not answer at the moment.' },
  retryAfter: 10,
};
const NOT_CONFIGURED = {
  status: 503,
  code: 'metabase_not_configured',
  detail: { es: 'Este servicio no tiene un Metabase configurado.', en: 'This service has no Metabase configured.' },
};
const UNKNOWN = {
  status: 404,
  code: 'dashboard_not_found',
  detail: { es: 'No hay tal tablero para esta empresa.', en: 'There is no such dashboard for this company.' },
};
/** Why a dashboard is not shown, by the code of the refusal. */
const REFUSALS: Readonly<Record<string, ConstructorParameters<typeof ProblemError>[0]>> = {
  metabase_missing: NOT_CONFIGURED,
  unknown_dashboard: UNKNOWN,
  // Over all companies: for everybody else as if it were not there.
  never_embedded: UNKNOWN,
  not_applied: {
    status: 409,
    code: 'dashboard_not_applied',
    detail: {
      es: 'El tablero aún no está en Metabase para esta empresa: pida POST /api/metabase/dashboards.',
      en: 'The dashboard is not in Metabase for this company yet: ask for POST /api/metabase/dashboards.',
    },
  },
  preflight_failed: {
    status: 409,
    code: 'dashboard_changed',
    detail: {
      es: 'El tablero fue cambiado en Metabase y no se muestra hasta que se reponga.',
      en: 'The dashboard was changed in Metabase and is not shown until it is put right.',
    },
  },
};

/** @throws ProblemError 503 where no Metabase is configured */
export function requireMetabase(metabase: MetabasePort | null): MetabasePort {
  if (metabase !== null) return metabase;
  throw new ProblemError(NOT_CONFIGURED);
}

/** What went wrong with Metabase, to the outside: nothing of where it is or what it said. */
export function metabaseProblem(error: unknown): unknown {
  if (error instanceof SourceError) return new ProblemError(UNAVAILABLE, { cause: error });
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const refusal = typeof code === 'string' && Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined;
  return refusal === undefined ? error : new ProblemError(refusal, { cause: error });
}
