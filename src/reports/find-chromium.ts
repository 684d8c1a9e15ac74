import { access, constants } from 'node:fs/promises';

/** No Chromium where one was looked for, or the one there did not print. */
export class ChromiumError extends Error {
  override readonly name = 'ChromiumError';
  readonly advice: string;

  constructor(message: string, advice: string) {
    super(message);
    this.advice = advice;
  }
}

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
] as const;

/**
 * The Chromium that prints: the named one, else the first at a usual place.
 * @param named KPI_CHROMIUM; null: none is named
 * @throws ChromiumError saying what to install
 */
export async function findChromium(named: string | null): Promise<string> {
  for (const path of named === null ? USUAL : [named]) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  throw new ChromiumError(
    named === null ? 'a PDF needs Chromium, and none is installed' : `KPI_CHROMIUM is ${named}, where no program is`,
    'Install it ("apt-get install chromium" on Debian), or set KPI_CHROMIUM to a Chromium or Chrome; HTML needs none',
  );
}
