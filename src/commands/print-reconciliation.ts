import { CLASS_NAMES } from '../reconcile/class-names.ts';
import { explainFinding } from '../reconcile/explain-finding.ts';
import type { ClassTotal, Finding, Reconciliation } from '../reconcile/reconciliation.ts';
import { warningText } from '../reconcile/warning-text.ts';
import { moneyIn } from './money-in.ts';
import { printShown } from './print-shown.ts';
import { localTime, type Terminal } from './terminal.ts';

/** The bridge from the shop's sales to the books, what it says beside that, and the first findings. */
export function printReconciliation(terminal: Terminal, result: Reconciliation, timeZone: string): void {
  const money = moneyIn(result.currency);
  const asOf = (at: string | null) => localTime(at === null ? null : new Date(at), timeZone);
  terminal.line(
    `  ${terminal.say({ es: 'Al', en: 'As of' })} ${asOf(result.asOf)}, ${result.currency}; ${terminal.say({ es: 'tienda leída hasta', en: 'shop read until' })} ${asOf(result.shopAsOf)}, ${terminal.say({ es: 'Odoo hasta', en: 'Odoo until' })} ${asOf(result.erpAsOf)}`,
  );
  for (const warning of result.warnings) terminal.line(`  !! ${terminal.say(warningText(warning))}`);
  terminal.line();
  const name = (c: ClassTotal) => `${terminal.say(CLASS_NAMES[c.class])} (${c.findings - c.flags})`;
  const sides = { shop: `(${result.shopOrders})`, erp: `(${result.erpOrders})` };
  const bridge = [
    { text: terminal.say({ es: `Ventas de la tienda ${sides.shop}`, en: `Sales of the shop ${sides.shop}` }), amount: result.shopAmount },
    ...result.classes.filter((c) => c.findings > c.flags).map((c) => ({ text: `  ${name(c)}`, amount: c.amount })),
    { text: terminal.say({ es: '  Sin explicar', en: '  Unexplained' }), amount: result.remainder },
    { text: terminal.say({ es: `Pedidos web en Odoo ${sides.erp}`, en: `Web orders in Odoo ${sides.erp}` }), amount: result.erpAmount },
  ];
  terminal.table(
    [
      { title: { es: 'Puente', en: 'Bridge' }, value: (r) => r.text },
      { title: { es: 'Monto', en: 'Amount' }, value: (r) => money(r.amount), right: true },
    ],
    bridge,
  );
  const flags = result.classes.filter((c) => c.flags > 0);
  if (flags.length > 0) {
    terminal.line();
    terminal.table(
      [
        {
          title: { es: 'Además, sin efecto en el puente', en: 'Also, without effect on the bridge' },
          value: (c) => terminal.say(CLASS_NAMES[c.class]),
        },
        { title: { es: 'Casos', en: 'Cases' }, value: (c) => c.flags, right: true },
        { title: { es: 'Valor', en: 'Value' }, value: (c) => money(c.value), right: true },
      ],
      flags,
    );
  }
  if (result.findings.length === 0) return;
  terminal.line();
  terminal.table(
    [
      { title: { es: 'Clase', en: 'Class' }, value: (r) => terminal.say(CLASS_NAMES[r.class]) },
      { title: { es: 'Día', en: 'Day' }, value: (r) => r.businessDay },
      { title: { es: 'Tienda', en: 'Shop' }, value: (r) => r.shopName },
      { title: { es: 'Odoo', en: 'Odoo' }, value: (r) => r.erpName },
      { title: { es: 'Diferencia', en: 'Difference' }, value: (r) => money(r.amount), right: true },
      { title: { es: 'Valor', en: 'Value' }, value: (r) => (r.value === null ? null : money(r.value)), right: true, optional: true },
      { title: { es: 'Motivo', en: 'Reason' }, value: (r) => [terminal.say(explainFinding(r)), ...suggested(terminal, r)].join('. ') },
    ],
    result.findings,
  );
  // Taxes within the tolerance are counted, and have no finding each.
  const all = result.classes.reduce((sum, c) => sum + (c.class === 'rounding' ? c.findings - c.flags : c.findings), 0);
  printShown(terminal, result.findings.length, all);
}

function suggested(terminal: Terminal, { suggestion }: Finding): string[] {
  if (suggestion === null) return [];
  const names = suggestion
    .map(({ name: document, shop, day }) => `${document}${shop === undefined ? '' : ` · ${shop}`} (${day})`)
    .join(', ');
  return [terminal.say({ es: `¿Será ${names}?`, en: `Could it be ${names}?` })];
}
