import { Parser } from 'expr-eval-fork'
import { UserError, wordsOf } from '../errors.ts'

const functions = ['abs', 'ceil', 'cos', 'exp', 'floor', 'log', 'max', 'min', 'round', 'sin', 'sqrt', 'tanh']
/** The functions of several values; the others have one. */
const ofSeveral = ['max', 'min']
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
      if (typeof value === 'boolean') {
        throw refusal(
          expression,
          'its value is true or false, not a rate (a comparison belongs before a "?")',
        )
      }
      return typeof value === 'number' ? value : Number.NaN
    } catch (error) {
      if (error instanceof UserError) throw error
      // A call of what is no function shows only here.
      throw refusal(expression, libraryReason(error, expression))
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
  // Without comments and decimal points.
  const code = expression.replace(/\/\*.*?\*\//gs, ' ')
  const stray = /["';[\]]/.exec(expression) ?? /\./.exec(code.replace(/\d*\.\d+|\d+\./g, ''))
  if (stray !== null) throw refusal(expression, `${stray[0]} is not allowed`)
  const problem = callProblem(code) ?? bracketProblem(code)
  if (problem !== undefined) throw refusal(expression, problem)
  try {
    return parser.parse(expression)
  } catch (error) {
    throw refusal(expression, libraryReason(error, expression))
  }
}

const names = functions.join('|')
// The functions of one value need no brackets: cos u.
const uncalled = new RegExp(
  `\\b(?:(${ofSeveral.join('|')})\\b(?!\\s*\\()|(${names})\\s*(?:$|[*/^%<>=!?:,)]))`,
)
const empty = new RegExp(`\\b(${names})\\s*\\(\\s*\\)`)

/** A function without its value, of which the library would make a variable or a number. */
function callProblem(expression: string): string | undefined {
  const found = uncalled.exec(expression) ?? empty.exec(expression)
  const name = found?.[1] ?? found?.[2]
  return name === undefined
    ? undefined
    : `${name} is a function and needs a value in brackets, as in ${name}(t)`
}

/** Brackets that do not match, and commas where no function takes several values. */
function bracketProblem(expression: string): string | undefined {
  const open: string[] = []
  for (const { 0: sign, index } of expression.matchAll(/[(),]/g)) {
    if (sign === '(') open.push(/\w*\s*$/.exec(expression.slice(0, index))?.[0].trim() ?? '')
    else if (sign === ')' && open.pop() === undefined) return 'a closing bracket has no opening one before it'
    else if (sign === ',' && !ofSeveral.includes(open.at(-1) ?? '')) return commaProblem(open.at(-1) ?? '')
  }
  return open.length > 0 ? 'an opening bracket is never closed' : undefined
}

const commaProblem = (name: string): string =>
  functions.includes(name)
    ? `${name} takes one value, not several`
    : `a comma may only stand between the values of ${ofSeveral.join(' and ')}`

/** What the library found, in our words. */
function libraryReason(error: unknown, expression: string): string {
  const message = wordsOf(error)
  if (message.includes('TEOF')) return 'it breaks off: something is missing at its end'
  if (/not an? (allowed )?function/.test(message))
    return 'a bracket follows what is no function (write * to multiply)'
  const unexpected = /^unexpected T\w+: (.*)$/.exec(message)?.[1]
  if (unexpected !== undefined) return `a value is missing before ${unexpected}`
  const place = /^parse error \[(\d+):(\d+)\]: (.*)$/.exec(message)
  if (place === null) return message
  const [, line = '', column = '', reason = ''] = place
  const sign = /^Unknown character "(.*)"$/.exec(reason)?.[1]
  if (sign === '=') return '= is not allowed; compare with =='
  if (sign !== undefined) return `${sign} is not allowed`
  const before = (expression.split('\n')[Number(line) - 1] ?? '').slice(0, Number(column) - 1).trim()
  return `an operator or a value is missing near ${JSON.stringify(before.slice(-20))}`
}

function refusal(expression: string, reason: string): UserError {
  return new UserError(
    `While reading the schedule formula ${expression}: ${reason}; write it with numbers, ${[...variables].join(', ')}, pi, e, + - * / ^ % < <= > >= == != ( ), "test ? a : b" and the functions ${functions.join(', ')}.`,
  )
}

/** The variables that a formula uses. @throws UserError when the text is no formula */
export const variablesOf = (expression: string): ReadonlySet<string> =>
  new Set(parseTree(expression).variables())
