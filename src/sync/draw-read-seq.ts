import type { Database } from '../store/database.ts';

/** The number of a read, drawn before its request is sent: of two reads of one record the later request has the higher. */
export async function drawReadSeq(db: Database): Promise<bigint> {
  return BigInt((await db.query<{ n: string }>("select nextval('ops.read_seq')::text as n")).rows[0]!.n);
}
