import { Random } from '../world/random.ts';
import { FAILURES, CRASH, CODE, HTTP, STOP, WAIT, WEBHOOK } from './failures.ts';
import type { N8nExecution, N8nInstance, N8nMode, N8nStatus, N8nWorkflow } from './model.ts';

export interface N8nGrowth {
  readonly seed: number;
  /** UTC instant that the world ends at: nothing happened after it. */
  readonly anchor: string;
  readonly instance: string;
  readonly tenants: readonly { readonly tag: string; readonly executions: number }[];
  /** First execution id; default 1. A large one shows who reads ids as floats. */
  readonly firstId?: bigint;
}

const DAY = 86_400_000;
const MINUTE = 60_000;

/** A run before it has its id; ids follow the order of the beginnings. */
interface Plan {
  readonly workflow: N8nWorkflow;
  readonly mode: N8nMode;
  readonly status: N8nStatus;
  readonly begin: number;
  readonly end: number | null;
  readonly waitTill: number | null;
  readonly failure: N8nExecution['failure'];
  readonly retryOf: Plan | null;
}

/**
 * An n8n instance of several tenants, deterministic from its seed. Each tenant has exactly the executions asked for, over the
 * last 40 days; a workflow without tag belongs to nobody and runs too.
 */
export function growN8n(growth: N8nGrowth): N8nInstance {
  const random = new Random(growth.seed, `n8n/${growth.instance}`);
  const anchor = Date.parse(growth.anchor);
  const workflows: N8nWorkflow[] = [];
  const plans: Plan[] = [];
  growth.tenants.forEach(({ tag, executions }, index) => {
    const own = tenantWorkflows(random, tag, index, anchor);
    workflows.push(...Object.values(own));
    plans.push(...tenantPlans(random, own, executions, anchor));
  });
  const nobody = workflow(random, { name: 'Prueba de concepto', project: 'proyecto-personal', tags: [], anchor });
  workflows.push(nobody);
  for (let i = 0; i < 5; i++) plans.push(finished(random, nobody, 'webhook', anchor - random.int(10, 39 * 24 * 60) * MINUTE));
  return {
    name: growth.instance,
    apiKey: `sandbox-n8n-key-${growth.instance}`,
    workflows: workflows.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    executions: numbered(plans, growth.firstId ?? 1n),
  };
}

type Own = Record<'orders' | 'ocr' | 'reminders' | 'approval' | 'errors' | 'customers' | 'archived', N8nWorkflow>;

function tenantWorkflows(random: Random, tag: string, index: number, anchor: number): Own {
  const project = `proyecto-${index + 1}`;
  const make = (name: string, more: Partial<WorkflowSeed> = {}) => workflow(random, { name, project, tags: [tag], anchor, ...more });
  return {
    orders: make('Sincronizar pedidos'),
    ocr: make('OCR de facturas', { tags: [tag, 'ocr'] }),
    reminders: make('Recordatorio de pago'),
    approval: make('Aprobación de compras', { nodes: [WEBHOOK, WAIT, HTTP] }),
    errors: make('Manejo de errores', { nodes: [{ name: 'Error', type: 'n8n-nodes-base.errorTrigger' }, HTTP] }),
    customers: make('Clientes al CRM', { saveSuccesses: 'all' }),
    archived: make('Carga antigua', { active: false, isArchived: true, saveSuccesses: 'none' }),
  };
}

interface WorkflowSeed {
  readonly name: string;
  readonly project: string;
  readonly tags: string[];
  readonly anchor: number;
  readonly active?: boolean;
  readonly isArchived?: boolean;
  readonly saveSuccesses?: 'all' | 'none' | null;
  readonly nodes?: N8nWorkflow['nodes'];
}

function workflow(random: Random, seed: WorkflowSeed): N8nWorkflow {
  const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'.split('');
  const createdAt = iso(seed.anchor - random.int(60, 300) * DAY);
  return {
    id: Array.from({ length: 16 }, () => random.pick(letters)).join(''),
    name: seed.name,
    active: seed.active ?? true,
    isArchived: seed.isArchived ?? false,
    createdAt,
    updatedAt: createdAt,
    tags: seed.tags,
    projectId: seed.project,
    saveSuccesses: seed.saveSuccesses ?? null,
    nodes: seed.nodes ?? [WEBHOOK, HTTP, CODE, STOP],
  };
}

function tenantPlans(random: Random, own: Own, count: number, anchor: number): Plan[] {
  const plans: Plan[] = [];
  if (count >= 12) plans.push(...openPlans(random, own, anchor));
  while (plans.length < count) {
    // One in four lies in the last week, whatever the number.
    const back = plans.length % 4 === 0 ? random.int(30, 7 * 24 * 60) : random.int(30, 40 * 24 * 60);
    const begin = anchor - back * MINUTE + random.int(0, 59_999);
    const work = random.pick([own.orders, own.orders, own.ocr, own.reminders, own.customers, own.approval, own.archived]);
    const mode = random.pick(['webhook', 'webhook', 'webhook', 'trigger', 'trigger', 'manual', 'integrated', 'cli', 'evaluation'] as const);
    // The archived workflow ran earlier, and does not save what went well.
    const plan = work === own.archived ? finished(random, work, mode, begin - 20 * DAY, 'error') : finished(random, work, mode, begin);
    if (plan.begin < anchor - 40 * DAY) continue;
    plans.push(plan);
    if (plan.status !== 'error' || plan.end === null) continue;
    if (plans.length < count) plans.push(finished(random, own.errors, 'error', plan.end + 200, 'success'));
    const again = plan.end + 5 * MINUTE;
    if (plans.length < count && random.chance(0.3) && again < anchor - 10 * MINUTE) {
      plans.push({ ...finished(random, plan.workflow, 'retry', again, random.chance(0.7) ? 'success' : 'error'), retryOf: plan });
    }
  }
  return plans;
}

function openPlans(random: Random, own: Own, anchor: number): Plan[] {
  const base = { mode: 'webhook', failure: null, retryOf: null } as const;
  const running = [own.orders, own.ocr].map((work): Plan => ({
    ...base,
    workflow: work,
    status: 'running',
    begin: anchor - random.int(20_000, 9 * MINUTE),
    end: null,
    waitTill: null,
  }));
  const waiting = [1, 2, 3].map((days): Plan => {
    const begin = anchor - days * DAY + random.int(0, DAY / 2);
    return { ...base, workflow: own.approval, status: 'waiting', begin, end: begin + random.int(20, 400), waitTill: anchor + days * DAY };
  });
  return [...running, ...waiting, { ...base, workflow: own.reminders, status: 'new', begin: anchor - 5000, end: null, waitTill: null }];
}

function finished(random: Random, work: N8nWorkflow, mode: N8nMode, begin: number, wanted?: N8nStatus): Plan {
  const drawn = random.next();
  const status: N8nStatus = wanted ?? (drawn < 0.86 ? 'success' : drawn < 0.96 ? 'error' : drawn < 0.98 ? 'crashed' : 'canceled');
  const end = begin + (status === 'crashed' ? random.int(30, 250) : random.int(40, random.chance(0.1) ? MINUTE : 4000));
  const possible = FAILURES.filter((one) => work.nodes.some((node) => node.name === one.node));
  const failure = status === 'error' ? random.pick(possible) : status === 'crashed' ? CRASH : null;
  return { workflow: work, mode, status, begin, end, waitTill: null, failure, retryOf: null };
}

function numbered(plans: readonly Plan[], firstId: bigint): N8nExecution[] {
  const inOrder = plans.map((plan, index) => ({ plan, index })).toSorted((a, b) => a.plan.begin - b.plan.begin || a.index - b.index);
  const ids = new Map(inOrder.map(({ plan }, position) => [plan, (firstId + BigInt(position)).toString()]));
  return inOrder.map(({ plan }) => ({
    id: ids.get(plan)!,
    workflowId: plan.workflow.id,
    mode: plan.mode,
    status: plan.status,
    createdAt: iso(plan.begin - 20),
    startedAt: plan.status === 'new' ? null : iso(plan.begin),
    stoppedAt: plan.end === null ? null : iso(plan.end),
    waitTill: plan.waitTill === null ? null : iso(plan.waitTill),
    retryOf: plan.retryOf === null ? null : ids.get(plan.retryOf)!,
    failure: plan.failure,
    pruned: false,
  }));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
