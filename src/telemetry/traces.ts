import { context, diag, DiagLogLevel, SpanStatusCode, trace, type Attributes, type Context, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Observer } from '../sync/observer.ts';

export interface TracesOptions {
  /** Base address of an OTLP receiver; `/v1/traces` follows. Headers and time limit are read by the library from OTEL_EXPORTER_OTLP_*. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly version: string;
  readonly onProblem: (message: string) => void;
}

export interface Traces {
  readonly observe: Observer;
  /** Sends what is left, at most for a few seconds. */
  close(): Promise<void>;
}

const FLUSH_MS = 5000;

/**
 * Runs as traces: a run with its pages and their requests, its batches and the part of each under the tenant's lock. Spans hold ids, names and
 * counts; neither a record nor a query string is in one. A receiver that is away costs spans and nothing else.
 */
export function startTraces({ endpoint, serviceName, version, onProblem }: TracesOptions): Traces {
  const tell = (message: string) => onProblem(message);
  diag.setLogger(
    { error: tell, warn: tell, info: () => undefined, debug: () => undefined, verbose: () => undefined },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('kpi-sync', version);
  /** A span that is over already: what is watched tells of it afterwards. */
  const past = (name: string, began: number, ended: number, attributes: Attributes, parent: Context): Span => {
    const span = tracer.startSpan(name, { startTime: began, attributes }, parent);
    span.end(ended);
    return span;
  };

  const observe: Observer = ({ id, tenantId, connectionId, source, stream, lane, takenOver }) => {
    const attributes = {
      'kpi.run_id': id,
      'kpi.tenant_id': tenantId,
      'kpi.connection_id': connectionId,
      'kpi.source': source,
      'kpi.stream': stream,
      'kpi.lane': lane,
    };
    const run = tracer.startSpan(
      `run ${source} ${stream}`,
      { attributes: { ...attributes, 'kpi.taken_over': takenOver } },
      context.active(),
    );
    const inRun = trace.setSpan(context.active(), run);
    let page: { readonly span: Span; requests: number } | null = null;
    return {
      asked: () => {
        page = { span: tracer.startSpan('page', { attributes: { 'kpi.source': source, 'kpi.stream': stream } }, inRun), requests: 0 };
      },
      read: (records) => {
        page?.span.setAttribute('kpi.records', records).end();
        page = null;
      },
      request: ({ place, attempt, status, failure, tookMs, waitedMs, bytes }) => {
        const ended = Date.now();
        const parent = page === null ? inRun : trace.setSpan(inRun, page.span);
        if (page !== null) page.requests += 1;
        const span = tracer.startSpan(
          place,
          { startTime: ended - tookMs, attributes: { 'kpi.attempt': attempt, 'kpi.waited_ms': Math.round(waitedMs), 'kpi.bytes': bytes } },
          parent,
        );
        if (status !== null) span.setAttribute('http.response.status_code', status);
        if (failure !== null) span.setAttribute('error.type', failure).setStatus({ code: SpanStatusCode.ERROR, message: failure });
        span.end(ended);
      },
      committed: ({ balance, pages, began, ended, merge }) => {
        const counts = [...balance.byEntity].flatMap(([entity, { read, inserted, updated }]) => [
          [`kpi.${entity}.read`, read],
          [`kpi.${entity}.written`, inserted + updated],
        ]);
        const batch = past('batch', began, ended, { 'kpi.pages': pages, ...(Object.fromEntries(counts) as Attributes) }, inRun);
        if (merge !== null) past('merge', merge.began, merge.ended, {}, trace.setSpan(inRun, batch));
      },
      ended: (outcome) => {
        const failed = outcome === 'failed' || outcome === 'fenced';
        // Asked for and never come: the reading failed on it, or had no more.
        if (page !== null && page.requests > 0) {
          if (failed) page.span.setStatus({ code: SpanStatusCode.ERROR });
          page.span.end();
        }
        run.setAttribute('kpi.outcome', outcome);
        if (failed) run.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
        run.end();
      },
    };
  };
  return {
    observe,
    close: async () => {
      const late = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_MS).unref());
      await Promise.race([provider.shutdown().catch((error: unknown) => tell(String(error))), late]);
    },
  };
}
