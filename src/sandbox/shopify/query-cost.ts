import {
  getNamedType,
  Kind,
  isInterfaceType,
  isObjectType,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** Types that cost nothing, found by fitting recorded costs of a live shop. */
const FREE = new Set(['MoneyBag', 'MoneyV2', 'PageInfo']);

interface Costing {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Page sizes that replace `first` of root fields: what came instead of what was asked for. */
  readonly rootSizes: Readonly<Record<string, number>> | null;
}

/**
 * Points a query asks for: a scalar 0, an object 1, money and page info 0, a connection 2 + f(first) × one node, counts at
 * the root 10. Plain lists count once. Recorded costs of a live shop agree within a tenth nearly always.
 */
export function queryCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  rootSizes: Readonly<Record<string, number>> | null = null,
): number {
  const operation = document.definitions.find((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION);
  const root = schema.getQueryType();
  if (operation === undefined || !root) return 0;
  const fragments = document.definitions.filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION);
  const costing = { schema, variables, rootSizes, fragments: new Map(fragments.map((fragment) => [fragment.name.value, fragment])) };
  return selectionCost(costing, operation.selectionSet, root, true);
}

/** What has fields of its own. */
type Parent = GraphQLObjectType | GraphQLInterfaceType;

function selectionCost(costing: Costing, selection: SelectionSetNode, parent: Parent, atRoot: boolean): number {
  let points = 0;
  for (const node of selection.selections) {
    if (skipped(costing, node.directives ?? [])) continue;
    if (node.kind === Kind.FIELD) points += fieldCost(costing, node, parent, atRoot);
    else {
      const inner = node.kind === Kind.FRAGMENT_SPREAD ? costing.fragments.get(node.name.value)?.selectionSet : node.selectionSet;
      if (inner !== undefined) points += selectionCost(costing, inner, parent, atRoot);
    }
  }
  return points;
}

function fieldCost(costing: Costing, node: FieldNode, parent: Parent, atRoot: boolean): number {
  const field = parent.getFields()[node.name.value];
  if (field === undefined || node.selectionSet === undefined) return 0;
  const type = getNamedType(field.type);
  if (!(isObjectType(type) || isInterfaceType(type)) || FREE.has(type.name)) return 0;
  if (atRoot && type.name === 'Count') return 10;
  const inner = selectionCost(costing, node.selectionSet, type, false);
  if (!type.name.endsWith('Connection')) return 1 + inner;
  const first = (atRoot ? costing.rootSizes?.[node.name.value] : undefined) ?? pageSize(costing, node);
  // `inner` holds each node's own point already, by the field `nodes`.
  return 2 + Math.floor(weight(first) * inner);
}

function weight(first: number): number {
  if (first <= 2) return Math.max(0, first);
  return Math.floor(2 * Math.log(first));
}

function pageSize(costing: Costing, node: FieldNode): number {
  const value = node.arguments?.find((argument) => argument.name.value === 'first')?.value;
  if (value?.kind === Kind.INT) return Number(value.value);
  if (value?.kind === Kind.VARIABLE) return Number(costing.variables[value.name.value] ?? 0);
  return 0;
}

function skipped(costing: Costing, directives: readonly DirectiveNode[]): boolean {
  return directives.some((directive) => {
    const value = directive.arguments?.[0]?.value;
    const on =
      value?.kind === Kind.BOOLEAN ? value.value : value?.kind === Kind.VARIABLE ? costing.variables[value.name.value] === true : true;
    return directive.name.value === 'include' ? !on : directive.name.value === 'skip' && on;
  });
}
