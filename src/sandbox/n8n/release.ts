/** Releases whose quirks can be played. */
export type N8nRelease = '1.123' | '2.13' | '2.41';

interface ReleaseFacts {
  /** Status words the list accepts; others are a 400. */
  readonly statuses: readonly string[];
  /** Accepted, and ignored. */
  readonly ignoredStatuses: readonly string[];
  readonly parameters: readonly string[];
  /** Whether an unknown query parameter is a 400; else it is ignored. */
  readonly refusesUnknown: boolean;
  /** Whether the default list hides waiting runs beside running ones. */
  readonly hidesWaiting: boolean;
  readonly discover: boolean;
}

const early = ['canceled', 'error', 'running', 'success', 'waiting'];
const all = [...early, 'crashed', 'new', 'unknown'];
const basic = ['limit', 'cursor', 'status', 'workflowId', 'projectId', 'includeData'];

/** How releases differ in what a reader of executions meets. */
export const RELEASES: Readonly<Record<N8nRelease, ReleaseFacts>> = {
  '1.123': { statuses: early, ignoredStatuses: [], parameters: basic, refusesUnknown: true, hidesWaiting: true, discover: false },
  '2.13': { statuses: all, ignoredStatuses: ['crashed'], parameters: basic, refusesUnknown: true, hidesWaiting: true, discover: false },
  '2.41': {
    statuses: all,
    ignoredStatuses: [],
    parameters: [...basic, 'redactExecutionData', 'startedAfter', 'startedBefore'],
    refusesUnknown: false,
    hidesWaiting: false,
    discover: true,
  },
};
