import type { SandboxRequest } from '../http-server.ts';

/** Answers one request; `parts` are what the path names. */
type Handler = (parts: readonly string[], body: unknown, request: SandboxRequest) => unknown;

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly open?: boolean;
  readonly run: Handler;
}

/** @param path below /api; `:id` is a number, `:name` any part @param open without a session or key */
export function route(method: string, path: string, run: Handler, open = false): Route {
  return { method, path: new RegExp(`^/api/${path.replaceAll(':id', '(\\d+)').replaceAll(':name', '([^/]+)')}$`), run, open };
}
