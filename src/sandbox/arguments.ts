import { parseArgs } from 'node:util';

export interface SandboxArguments {
  readonly seed: number;
  readonly anchor: string;
  readonly orders: number;
  readonly generous: boolean;
  /** Names are the sources', and `control`. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
}

const PORT_NAMES = ['shopify', 'odoo', 'chatwoot', 'n8n', 'clerk', 'control'] as const;
type PortName = (typeof PORT_NAMES)[number];

/**
 * Reads the sandbox's arguments: one JSON object (`{"seed":1,"orders":2000,"ports":{"odoo":8069}}`), or the same as flags
 * (`--seed 1 --orders 2000 --anchor 2026-11-24T12:00:00Z --ports odoo=8069,n8n=5678 --limits real`). The anchor defaults to
 * the start of the current UTC hour.
 * @throws Error naming the argument and what it should look like
 */
export function sandboxArguments(argv: readonly string[], now: Date): SandboxArguments {
  const stated = argv[0]?.startsWith('{') === true ? fromJson(argv[0]) : fromFlags(argv);
  return {
    seed: wholeNumber('seed', stated['seed'] ?? 1, 0),
    orders: wholeNumber('orders', stated['orders'] ?? 2000, 50),
    anchor: anchorOf(stated['anchor'], now),
    generous: stated['generous'] !== false,
    ports: portsOf(stated['ports']),
  };
}

function fromJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Error('the argument that starts with { is not JSON');
  }
}

function fromFlags(argv: readonly string[]): Record<string, unknown> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { seed: option, anchor: option, orders: option, ports: option, limits: option },
  });
  if (values.limits !== undefined && values.limits !== 'real' && values.limits !== 'raised') throw new Error('--limits is real or raised');
  const ports = values.ports?.split(',').map((pair) => pair.split('='));
  return { ...values, generous: values.limits !== 'real', ports: ports === undefined ? undefined : (Object.fromEntries(ports) as unknown) };
}

function wholeNumber(name: string, value: unknown, least: number): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < least)
    throw new Error(`--${name} is a whole number from ${least} on, not ${JSON.stringify(value)}`);
  return number;
}

function anchorOf(value: unknown, now: Date): string {
  if (value === undefined) return `${now.toISOString().slice(0, 13)}:00:00Z`;
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new Error(`--anchor is an instant like 2026-11-24T12:00:00Z, not ${JSON.stringify(value)}`);
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function portsOf(value: unknown): SandboxArguments['ports'] {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(value).map(([name, port]) => {
    if (!PORT_NAMES.some((known) => known === name)) throw new Error(`--ports knows ${PORT_NAMES.join(', ')}, not ${name}`);
    return [name, wholeNumber(`ports ${name}`, port, 0)];
  });
  return Object.fromEntries(entries) as SandboxArguments['ports'];
}
