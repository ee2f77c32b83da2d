import { Parser } from 'expr-eval-fork'
import { UserError } from '../errors.ts'

const functions = ['abs', 'ceil', 'cos', 'exp', 'floor', 'log', 'max', 'min', 'round', 'sin', 'sqrt', 'tanh']
const variables = ['t', 'T', 'u', 'epoch', 'K', 'x', 'base'] as const
const symbols = new Set<string>([...variables, 'pi', 'e', ...functions])

export type FormulaScope = Record<(typeof variables)[number], number>

/** The library's parser with everything but a schedule's arithmetic taken out of it. */
const parser = new Parser({
  allowMemberAccess: false,
  operators: {
    logical: false,
    in: false,
    concatenate: false,
    assignment: false,
    fndef: false,
    factorial: false,
  },
})
const kept = new Set([...functions, '+', '-'])
for (const table of [parser.functions, parser.unaryOps]) {
  for (const name of Object.keys(table)) if (!kept.has(name)) Reflect.deleteProperty(table, name)
}
parser.consts = { pi: Math.PI, e: Math.E }

/**
 * Parses a formula over the variables of `FormulaScope`, pi and e, with + - * / ^ %, comparisons, `test ? a : b` and the
 * functions above. Nothing but arithmetic can run: the rest of the library's language is not in the parser, and a name
 * that is none of these is refused.
 * @returns a pure function; it gives NaN where the formula's value is not a number
 * @throws UserError when the text is no such formula
 */
export function parseFormula(expression: string): (scope: FormulaScope) => number {
  const tree = parseTree(expression)
  return (scope) => {
    try {
      const value: unknown = tree.evaluate({ ...scope })
      return typeof value === 'number' ? value : Number.NaN
    } catch (error) {
      // A call of what is no function shows only here.
      throw refusal(expression, error instanceof Error ? error.message : String(error))
    }
  }
}

/** @throws UserError when the text is no such formula */
export function parseTree(expression: string) {
  const tree = parseText(expression)
  const unknown = tree.symbols().find((name) => !symbols.has(name))
  if (unknown !== undefined) throw refusal(expression, `${unknown} is not allowed`)
  return tree
}

function parseText(expression: string) {
  const stray = /["';[\]]/.exec(expression)
  if (stray !== null) throw refusal(expression, `${stray[0]} is not allowed`)
  try {
    return parser.parse(expression)
  } catch (error) {
    throw refusal(expression, error instanceof Error ? error.message : String(error))
  }
}

function refusal(expression: string, reason: string): UserError {
  return new UserError(
    `While reading the schedule formula ${expression}: ${reason}; write it with numbers, ${[...variables].join(', ')}, pi, e, + - * / ^ % < > ( ), "test ? a : b" and the functions ${functions.join(', ')}.`,
  )
}
