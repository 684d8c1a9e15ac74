import type { Page } from '#contract';

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
): AsyncGenerator<NumberedPage, void, void> {
  const ask = async (): Promise<NumberedPage | null> => {
    const readSeq = await drawReadSeq();
    const next = await pages.next();
    return next.done === true ? null : { page: next.value, readSeq };
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
