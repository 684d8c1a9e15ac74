import type { Page } from '#contract';
import type { RunWatch } from './observer.ts';

/** A page with the number drawn before it was asked for. */
export interface NumberedPage {
  readonly page: Page;
  readonly readSeq: bigint;
}

/**
 * Reads a stream one page ahead: the next request is on its way while the caller works on this page. The number is drawn before the
 * request is sent, so that of two reads of one record the later request has the higher number.
 */
export async function* readAhead(
  pages: AsyncGenerator<Page, void, void>,
  drawReadSeq: () => Promise<bigint>,
  watch: Pick<RunWatch, 'asked' | 'read'>,
): AsyncGenerator<NumberedPage, void, void> {
  const ask = async (): Promise<NumberedPage | null> => {
    const readSeq = await drawReadSeq();
    watch.asked();
    const next = await pages.next();
    if (next.done === true) return null;
    watch.read(next.value.drafts.length + next.value.rejects.length);
    return { page: next.value, readSeq };
  };
  let coming = ask();
  try {
    for (;;) {
      const current = await coming;
      if (current === null) return;
      coming = ask();
      // Its failure is met when it is awaited; until then it must not count as unhandled.
      coming.catch(() => undefined);
      yield current;
    }
  } finally {
    await pages.return();
  }
}
