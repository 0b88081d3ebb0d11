/** Which parts of CEL a condition may use: those whose cost is bounded by the length of the expression and of the facts. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { type FactName, factTypes } from './facts.ts';
import { findPatternFault, MATCHES } from './match-budget.ts';

const FUNCTIONS = [
  ...['has', 'size', 'int', 'double', 'string', 'bool', 'timestamp', 'type'],
  ...['startsWith', 'endsWith', 'contains', 'matches', 'lowerAscii', 'upperAscii', 'trim'],
];

/** They go through a list. */
const MACROS = ['all', 'exists', 'exists_one', 'filter'];

interface Fault {
  readonly fault: string;
  /** Position in the expression, from 0. */
  readonly at: number;
}

/** Returns the facts that an expression uses, or what it must not use. Makes `matches` a call of RE2. */
export function checkSyntax(ast: ASTNode): { readonly uses: ReadonlySet<FactName> } | Fault {
  const uses = new Set<FactName>();
  const fault = check(ast, uses, false);
  return fault ?? { uses };
}

function check(node: ASTNode, uses: Set<FactName>, isInMacro: boolean): Fault | null {
  const { op, args, pos: at } = node;
  if (op === 'id' && Object.hasOwn(factTypes, args as string)) uses.add(args as FactName);
  if (op !== 'call' && op !== 'rcall') return checkAll(listNodes(args), uses, isInMacro);
  const [name] = args as [string, ...unknown[]];
  const isMacro = MACROS.includes(name);
  if (!isMacro && !FUNCTIONS.includes(name))
    return { fault: `${name}() is not offered; there are ${[...FUNCTIONS, ...MACROS].join(', ')}`, at };
  // Each level would multiply the cost by the length of a list.
  if (isMacro && isInMacro)
    return { fault: `${name}() must not be inside of another one of ${MACROS.join(', ')}`, at };
  const [receiver, given] =
    op === 'rcall' ? (args as [string, ASTNode, ASTNode[]]).slice(1) : [null, args[1]];
  if (name === 'matches' && op === 'rcall') {
    const fault = useRe2(node);
    if (fault !== null) return { fault, at };
  }
  return (
    checkAll(listNodes(receiver), uses, isInMacro) ?? checkAll(listNodes(given), uses, isInMacro || isMacro)
  );
}

/** The library matches with the regular expressions of JavaScript, whose time can be exponential, and no other function can have its name. */
function useRe2(node: ASTNode): string | null {
  const args = node.args as [string, ASTNode, ASTNode[]];
  const pattern = args[2][0];
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string')
    return 'matches() needs a pattern in quotes';
  args[0] = MATCHES;
  return findPatternFault(pattern.args);
}

function checkAll(nodes: readonly ASTNode[], uses: Set<FactName>, isInMacro: boolean): Fault | null {
  for (const node of nodes) {
    const fault = check(node, uses, isInMacro);
    if (fault) return fault;
  }
  return null;
}

/** The nodes in the operands of a node, however they are nested. */
function listNodes(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(listNodes);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}
