import {
  absDependencies,
  addDependencies,
  ceilDependencies,
  cosDependencies,
  create,
  divideDependencies,
  expDependencies,
  floorDependencies,
  largerDependencies,
  largerEqDependencies,
  logDependencies,
  type MathNode,
  maxDependencies,
  minDependencies,
  modDependencies,
  multiplyDependencies,
  parseDependencies,
  powDependencies,
  roundDependencies,
  sinDependencies,
  smallerDependencies,
  smallerEqDependencies,
  sqrtDependencies,
  subtractDependencies,
  tanhDependencies,
  unaryMinusDependencies,
  unaryPlusDependencies,
} from 'mathjs/number'
import { UserError } from '../errors.ts'

/** The parser with numbers alone, and only the functions a schedule needs. */
const math = create(
  Object.fromEntries(
    Object.entries({
      parseDependencies,
      addDependencies,
      subtractDependencies,
      multiplyDependencies,
      divideDependencies,
      powDependencies,
      modDependencies,
      unaryMinusDependencies,
      unaryPlusDependencies,
      smallerDependencies,
      smallerEqDependencies,
      largerDependencies,
      largerEqDependencies,
      absDependencies,
      ceilDependencies,
      cosDependencies,
      expDependencies,
      floorDependencies,
      logDependencies,
      maxDependencies,
      minDependencies,
      roundDependencies,
      sinDependencies,
      sqrtDependencies,
      tanhDependencies,
    }).flatMap(([name, factories]) => (factories === undefined ? [] : [[name, factories]])),
  ),
)

const functions = new Set('abs ceil cos exp floor log max min round sin sqrt tanh'.split(' '))
const operators = new Set(
  'add subtract multiply divide pow mod unaryMinus unaryPlus smaller smallerEq larger largerEq'.split(' '),
)
const variables = ['t', 'T', 'u', 'epoch', 'K', 'x', 'base'] as const
const symbols = new Set<string>([...variables, 'pi', 'e'])

export type FormulaScope = Record<(typeof variables)[number], number>

/**
 * Parses a formula over the variables of `FormulaScope`, pi and e, with + - * / ^ %, comparisons, `test ? a : b` and the
 * functions above. Everything else mathjs knows (assignment, strings, properties, units, function definitions) is refused
 * by walking the tree, so nothing but arithmetic can run.
 * @returns a pure function; it gives NaN where the formula's value is not a number
 * @throws UserError when the text is no such formula
 */
export function parseFormula(expression: string): (scope: FormulaScope) => number {
  const tree = parseTree(expression)
  tree.traverse((node) => {
    if (!isAllowed(node)) throw refusal(expression, `${node.toString()} is not allowed`)
  })
  const code = tree.compile()
  return (scope) => {
    const value: unknown = code.evaluate({ ...scope, pi: Math.PI, e: Math.E })
    return typeof value === 'number' ? value : Number.NaN
  }
}

function parseTree(expression: string): MathNode {
  try {
    return math.parse(expression)
  } catch (error) {
    throw refusal(expression, error instanceof Error ? error.message : String(error))
  }
}

function isAllowed(node: MathNode): boolean {
  switch (node.type) {
    case 'ConstantNode':
      return 'value' in node && typeof node.value === 'number'
    case 'SymbolNode':
      return 'name' in node && (symbols.has(String(node.name)) || functions.has(String(node.name)))
    case 'FunctionNode':
      return 'fn' in node && functions.has(String(node.fn))
    case 'OperatorNode':
      return 'fn' in node && operators.has(String(node.fn))
    case 'RelationalNode':
    case 'ParenthesisNode':
    case 'ConditionalNode':
      return true
    default:
      return false
  }
}

function refusal(expression: string, reason: string): UserError {
  return new UserError(
    `While reading the schedule formula ${expression}: ${reason}; write it with numbers, ${[...symbols].join(', ')}, + - * / ^ % < > ( ), "test ? a : b" and the functions ${[...functions].join(', ')}.`,
  )
}
