import type { Dashboard } from './dashboard.ts';

/** The dashboards there are, in the order they are shown. */
export const DASHBOARDS: readonly Dashboard[] = [];
