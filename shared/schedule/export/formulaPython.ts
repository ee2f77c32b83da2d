import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { parseTree } from '../expression.ts'
import type { Helper } from './helpers.ts'
import { float, type PythonFile } from './python.ts'

/** The parsed formula as the library keeps it: operations in postfix order, the branches of `?` nested. */
interface Token {
  type: string
  value: number | string | Token[]
}
const token: z.ZodType<Token> = z.object({
  type: z.string(),
  value: z.union([z.number(), z.string(), z.lazy(() => z.array(token))]),
})
const parsed = z.object({ tokens: z.array(token) })

/** A piece of Python, what type it has, and how deep its brackets go. */
interface Piece {
  code: string
  type: 'float' | 'bool'
  depth: number
}

/** Python refuses more than 100 levels of indentation and some 200 of brackets; people write fewer than ten. */
const maxDepth = 60

const unary: Readonly<Record<string, Helper | 'abs' | 'math.tanh'>> = {
  abs: 'abs',
  ceil: '_ceil',
  cos: '_cos',
  exp: '_exp',
  floor: '_floor',
  log: '_log',
  round: '_round',
  sin: '_sin',
  sqrt: '_sqrt',
  tanh: 'math.tanh',
}
const variadic: Readonly<Record<string, Helper>> = { max: '_max', min: '_min' }
const called: Readonly<Record<string, Helper>> = { '/': '_divide', '%': '_remainder', '^': '_power' }
const infix = new Set(['+', '-', '*'])
const comparisons = new Set(['<', '>', '<=', '>='])

/**
 * The formula as one Python expression over float variables, and the variables it names. Every operation is one that this
 * file knows: nothing of the user's text gets into the code.
 * @throws UserError for a formula that is deeper than Python reads, or mixes truth and numbers as Python would not
 */
export function translateFormula(expression: string, file: PythonFile): { code: string; names: Set<string> } {
  const { tokens } = parsed.parse(parseTree(expression))
  const names = new Set<string>()
  const { code, type } = translate(tokens, { expression, file, names })
  if (type === 'bool') throw refusal({ expression, file, names }, 'its value is true or false, not a rate')
  return { code, names }
}

interface Source {
  expression: string
  file: PythonFile
  names: Set<string>
}

function translate(tokens: readonly Token[], source: Source): Piece {
  // A function's name waits on the stack for its call, as a branch does for its `?`.
  const stack: (Piece | Token)[] = []
  const popPiece = (): Piece => {
    const top = stack.pop()
    if (top === undefined || !('code' in top)) throw refusal(source, 'a function must be called')
    return top
  }
  for (const item of tokens) {
    if (item.type === 'INUMBER' && typeof item.value === 'number') stack.push(leaf(float(item.value)))
    else if (item.type === 'IVAR') stack.push(isFunction(item) ? item : variable(item, source))
    else if (item.type === 'IEXPR') stack.push(item)
    else if (item.type === 'IOP1') stack.push(applyUnary(String(item.value), popPiece(), source))
    else if (item.type === 'IOP2') {
      const right = popPiece()
      stack.push(applyBinary(String(item.value), popPiece(), right, source))
    } else if (item.type === 'IOP3' && item.value === '?') {
      const [no, yes] = [branch(stack.pop(), source), branch(stack.pop(), source)]
      stack.push(choose(popPiece(), yes, no, source))
    } else if (item.type === 'IFUNCALL') {
      const given = Array.from({ length: Number(item.value) }, popPiece).reverse()
      stack.push(call(stack.pop(), given, source))
    } else throw refusal(source, `${item.type} is unknown`)
  }
  const result = popPiece()
  if (stack.length > 0) throw refusal(source, 'it is more than one expression')
  return result
}

const leaf = (code: string): Piece => ({ code, type: 'float', depth: 0 })
const isFunction = ({ value }: Token): boolean =>
  typeof value === 'string' && (Object.hasOwn(unary, value) || Object.hasOwn(variadic, value))

const variables = new Set(['t', 'T', 'u', 'epoch', 'K', 'x', 'base'])

function variable({ value }: Token, source: Source): Piece {
  if (typeof value !== 'string' || !variables.has(value)) throw refusal(source, 'it names no variable')
  source.names.add(value)
  return leaf(value)
}

function branch(item: Piece | Token | undefined, source: Source): Piece {
  if (item === undefined || !('value' in item) || !Array.isArray(item.value)) {
    throw refusal(source, 'a choice needs two branches')
  }
  return translate(item.value, source)
}

function applyUnary(operator: string, operand: Piece, source: Source): Piece {
  if (operator === '-') return made(`(-${numeric(operand)})`, 'float', [operand], source)
  if (operator === '+') return { ...operand, code: numeric(operand), type: 'float' }
  return applyFunction(operator, [operand], source)
}

function applyBinary(operator: string, left: Piece, right: Piece, source: Source): Piece {
  const [a, b] = [numeric(left), numeric(right)]
  const helper = Object.hasOwn(called, operator) ? called[operator] : undefined
  if (helper !== undefined) {
    return made(`${source.file.use(helper)}(${a}, ${b})`, 'float', [left, right], source)
  }
  if (infix.has(operator)) return made(`(${a} ${operator} ${b})`, 'float', [left, right], source)
  if (comparisons.has(operator)) return made(`(${a} ${operator} ${b})`, 'bool', [left, right], source)
  if (operator !== '==' && operator !== '!=') throw refusal(source, `${operator} is unknown`)
  // The formula's language never holds a truth equal to a number; Python holds True equal to 1.
  if (left.type !== right.type) return { ...leaf(operator === '==' ? 'False' : 'True'), type: 'bool' }
  return made(`(${left.code} ${operator} ${right.code})`, 'bool', [left, right], source)
}

function choose(test: Piece, yes: Piece, no: Piece, source: Source): Piece {
  if (yes.type !== no.type)
    throw refusal(source, 'one branch of a choice is a number and the other is true or false')
  const condition = test.type === 'bool' ? test.code : `${source.file.use('_is_true')}(${test.code})`
  return made(`(${yes.code} if ${condition} else ${no.code})`, yes.type, [test, yes, no], source)
}

function call(callee: Piece | Token | undefined, given: readonly Piece[], source: Source): Piece {
  if (callee === undefined || !('value' in callee)) throw refusal(source, 'only a function can be called')
  return applyFunction(String(callee.value), given, source)
}

function applyFunction(name: string, given: readonly Piece[], source: Source): Piece {
  if (Object.hasOwn(variadic, name)) {
    const helper = source.file.use(variadic[name] ?? '_max')
    return made(`${helper}(${given.map(numeric).join(', ')})`, 'float', given, source)
  }
  const own = Object.hasOwn(unary, name) ? unary[name] : undefined
  if (own === undefined) throw refusal(source, `${name} is unknown`)
  const [first] = given
  if (first === undefined) throw refusal(source, `${name} needs a value`)
  const python = own === 'abs' || own === 'math.tanh' ? own : source.file.use(own)
  return made(`${python}(${numeric(first)})`, 'float', [first], source)
}

function made(code: string, type: Piece['type'], from: readonly Piece[], source: Source): Piece {
  const depth = 1 + Math.max(0, ...from.map((piece) => piece.depth))
  if (depth > maxDepth) throw refusal(source, `it is nested deeper than ${maxDepth} levels`)
  return { code, type, depth }
}

const numeric = ({ code, type }: Piece): string => (type === 'bool' ? `float(${code})` : code)

function refusal({ expression }: Source, reason: string): UserError {
  return new UserError(
    `While exporting the schedule formula ${expression}: ${reason}; write the formula more simply.`,
  )
}
