import { audit, type Author } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import type { TrackedFinding } from './finding-state.ts';
import { keepDaily } from './keep-states.ts';
import { readFinding } from './tracked-findings.ts';

export interface Decision {
  readonly tenantId: string;
  readonly number: string;
  readonly state: 'explained' | 'resolved';
  /** What stays with the finding. */
  readonly note: string | null;
}

/** The finding is no more: there is nothing to decide. */
export class FindingGone extends Error {
  override readonly name = 'FindingGone';
}

const DECIDE = `update ops.finding_states s set state = $3, state_at = clock_timestamp(), state_by = $4, note = coalesce($5, s.note)
  where s.tenant_id = $1 and s.number = $2`;
const EVENT = `insert into ops.finding_events (tenant_id, number, happened_at, state, amount, value, actor, note, reason)
  select s.tenant_id, s.number, s.state_at, s.state, s.amount, s.value, $3, $4, $5 from ops.finding_states s where s.tenant_id = $1 and s.number = $2`;

/**
 * Writes down what a person says of a finding. An explanation holds as long as the amount stays; what is called resolved reappears when both
 * sources were read afterwards and it is there all the same.
 * @throws NoSuchFinding, or FindingGone when the sources no longer say it
 */
export async function decideFinding(db: Database, decision: Decision, author: Author): Promise<TrackedFinding> {
  const { tenantId, number, state, note } = decision;
  // A comparison may be changing it at this moment: the later one is made on what the earlier left.
  return db.snapshot(tenantId, async (tx) => {
    const before = await readFinding(tx, number);
    if (!before.isThere)
      throw new FindingGone(
        `finding ${number} was resolved by itself on ${before.stateAt}: the sources agree since; nothing is to be said`,
      );
    await tx.query(DECIDE, [tenantId, number, state, author.who, note]);
    await tx.query(EVENT, [tenantId, number, author.who, note, author.reason]);
    await keepDaily(tx, null);
    const { key, amount } = before;
    await audit(tx.query, tenantId, author, `reconcile.finding.${state}`, { finding: number, key, amount, was: before.state, note });
    return readFinding(tx, number);
  });
}
