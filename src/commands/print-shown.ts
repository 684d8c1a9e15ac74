import type { Terminal } from './terminal.ts';

/** That a list goes on: said where not all of it is shown. */
export function printShown(terminal: Terminal, shown: number, all: number): void {
  if (shown >= all) return;
  terminal.line(
    terminal.say({
      es: `  Se muestran ${shown} de ${all}; todos: --limit ${all}`,
      en: `  ${shown} of ${all} are shown; all of them: --limit ${all}`,
    }),
  );
}
