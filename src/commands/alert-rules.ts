import type { Command } from 'commander';
import { ALERT_KINDS, KINDS, SEVERITIES, type AlertKind } from '../alerts/alert-kinds.ts';
import { builtIn, effectiveRules, removeRule, saveRule, storedRules, type EffectiveRule, type NewRule } from '../alerts/rules.ts';
import { amountOf } from '../alerts/spanish.ts';
import { findTenant, type CommandContext } from './context.ts';
import { UsageError } from './terminal.ts';

interface SetOptions {
  readonly tenant?: string;
  readonly threshold?: string;
  readonly currency?: string;
  readonly severity?: string;
  readonly cooldown?: string;
  readonly for?: string;
  readonly option: string[];
  readonly off: boolean;
}

/** Whether a word is the name of a kind of rule. */
export function isKind(word: string): word is AlertKind {
  return (ALERT_KINDS as readonly string[]).includes(word);
}

/** `kpi alerts rules`: the limits, for one company or for all. */
export function alertRuleCommands(alerts: Command, context: CommandContext): void {
  const { terminal } = context;
  const rules = alerts.command('rules').description('the limits: built in, for all companies, or of one');
  rules
    .command('list')
    .description('the rules that hold for a company; without one, those that somebody set')
    .option('--tenant <rut|id>', 'the company')
    .action(async (options: { tenant?: string }) => {
      const app = await context.app();
      if (options.tenant === undefined) {
        const set = await storedRules(app.db, null);
        terminal.document(set);
        print(set.map((rule) => ({ ...rule, from: rule.tenantId ?? 'all', idleBecause: null })));
        return;
      }
      const tenant = await findTenant(app, options.tenant);
      const held = await effectiveRules((text, values = []) => app.db.query(text, values), tenant);
      terminal.document(held);
      print(held);
    });

  const print = (list: readonly (Omit<EffectiveRule, 'from'> & { readonly from: string })[]): void =>
    terminal.table(
      [
        { title: { es: 'Regla', en: 'Rule' }, value: (r) => r.kind },
        { title: { es: 'Título', en: 'Title' }, value: (r) => KINDS[r.kind].title },
        {
          title: { es: 'Umbral', en: 'Threshold' },
          value: (r) => (r.threshold === null ? null : amountOf(r.kind, r.threshold, r.currency ?? '')),
        },
        { title: { es: 'Gravedad', en: 'Severity' }, value: (r) => r.severity },
        { title: { es: 'Pausa (min)', en: 'Cooldown (min)' }, value: (r) => r.cooldownMinutes, right: true },
        { title: { es: 'Durante (min)', en: 'For (min)' }, value: (r) => r.forMinutes, right: true },
        {
          title: { es: 'Activa', en: 'On' },
          value: (r) => r.idleBecause ?? terminal.say(r.enabled ? { es: 'sí', en: 'yes' } : { es: 'no', en: 'no' }),
        },
        { title: { es: 'De', en: 'From' }, value: (r) => r.from },
        { title: { es: 'Opciones', en: 'Options' }, value: (r) => JSON.stringify(r.options) },
      ],
      list,
    );

  rules
    .command('set')
    .description('set a rule, for one company or for all that have none of their own; what is not named is as built in')
    .argument('<kind>', ALERT_KINDS.join(', '))
    .option('--tenant <rut|id>', 'the company; all when left out')
    .option('--threshold <number>', 'the limit: money, a count, minutes, or a share like 0.1')
    .option('--currency <code>', "currency of the limit; default the company's, or CLP")
    .option('--severity <level>', SEVERITIES.join(', '))
    .option('--cooldown <minutes>', 'no second message about the same within so many minutes')
    .option('--for <minutes>', 'has to last so many minutes before it counts, and before its end counts')
    .option('--option <name=value>', 'option of the kind; may be repeated', (value, all: string[]) => [...all, value], [] as string[])
    .option('--off', 'switch it off', false)
    .addHelpText(
      'after',
      '\nExamples:\n  kpi alerts rules set sales_below --tenant 76042235-5 --threshold 50000\n  kpi alerts rules set workflow_error_rate --option window_hours=6 --option by=workflow',
    )
    .action(async (kind: string, options: SetOptions) => {
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const rule = ruleOf(kind, options, tenant);
      await saveRule(app.db, rule);
      terminal.document(rule);
      terminal.line(`${kind}: ${rule.threshold ?? '—'}`);
    });

  rules
    .command('remove')
    .description('go back to the rule for all companies, or to the built-in one')
    .argument('<kind>', ALERT_KINDS.join(', '))
    .option('--tenant <rut|id>', 'the company; the rule for all when left out')
    .action(async (kind: string, options: { tenant?: string }) => {
      const app = await context.app();
      const tenant = options.tenant === undefined ? null : await findTenant(app, options.tenant);
      const removed = await removeRule(app.db, tenant?.id ?? null, kindOf(kind));
      terminal.document({ removed });
      terminal.line(
        terminal.say(removed ? { es: 'Quitada.', en: 'Removed.' } : { es: 'No había tal regla.', en: 'There was no such rule.' }),
      );
    });
}

function kindOf(kind: string): AlertKind {
  if (!isKind(kind)) throw new UsageError(`there is no rule "${kind}"; there are: ${ALERT_KINDS.join(', ')}`);
  return kind;
}

function ruleOf(word: string, options: SetOptions, tenant: { readonly id: string; readonly currency: string } | null): NewRule {
  const kind = kindOf(word);
  const base = builtIn(kind);
  const severity = SEVERITIES.find((level) => level === (options.severity ?? base.severity));
  if (severity === undefined) throw new UsageError(`--severity is "${options.severity}"; it is one of ${SEVERITIES.join(', ')}`);
  const currency = KINDS[kind].unit === 'money' ? (options.currency ?? tenant?.currency ?? 'CLP') : null;
  if (currency !== null && !/^[A-Z]{3}$/.test(currency)) throw new UsageError(`--currency is "${currency}"; write it like CLP`);
  if (KINDS[kind].unit !== 'money' && options.currency !== undefined) throw new UsageError(`${kind} is not measured in money`);
  if (currency !== base.currency && options.threshold === undefined)
    throw new UsageError(`the built-in limit is in ${base.currency}: name one in ${currency} with --threshold`);
  return {
    tenantId: tenant?.id ?? null,
    kind,
    threshold: threshold(kind, options.threshold) ?? base.threshold,
    currency,
    options: optionsOf(kind, options.option),
    severity,
    cooldownMinutes: minutes('--cooldown', options.cooldown) ?? base.cooldownMinutes,
    forMinutes: minutes('--for', options.for) ?? base.forMinutes,
    enabled: !options.off,
  };
}

function threshold(kind: AlertKind, text: string | undefined): string | null {
  if (text === undefined) return null;
  const plain = /^\d{1,15}(\.\d{1,6})?$/.test(text);
  if (!plain || (KINDS[kind].unit === 'share' && Number(text) > 1))
    throw new UsageError(
      `--threshold is "${text}"; it is ${KINDS[kind].unit === 'share' ? 'a share from 0 to 1, like 0.1' : 'a number like 10000 or 0.5'}`,
    );
  return text;
}

function minutes(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!/^\d{1,6}$/.test(text) || value > 525_600)
    throw new UsageError(`${option} is "${text}"; it is a whole number of minutes, at most a year`);
  return value;
}

function optionsOf(kind: AlertKind, given: readonly string[]): Readonly<Record<string, unknown>> {
  const pairs = given.map((pair) => {
    const [name = '', ...rest] = pair.split('=');
    const value = rest.join('=');
    return [name, /^\d+$/.test(value) ? Number(value) : value] as const;
  });
  const parsed = KINDS[kind].options.safeParse(Object.fromEntries(pairs));
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues.map((issue) => `${['--option', ...issue.path].join(' ')}: ${issue.message}`).join('; '));
}
