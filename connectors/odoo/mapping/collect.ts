import type { Draft, Reject } from '#contract';

/** Maps each record of a page; one that cannot be mapped never stops the others. */
export function collect(
  records: readonly unknown[],
  map: (record: unknown) => { readonly draft: Draft } | { readonly reject: Reject },
): { readonly drafts: readonly Draft[]; readonly rejects: readonly Reject[] } {
  const drafts: Draft[] = [];
  const rejects: Reject[] = [];
  for (const record of records) {
    const mapped = map(record);
    if ('draft' in mapped) drafts.push(mapped.draft);
    else rejects.push(mapped.reject);
  }
  return { drafts, rejects };
}
