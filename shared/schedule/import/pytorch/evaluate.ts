import type { SyntaxNode } from '@lezer/common'
import { numberText, stringText } from './literals.ts'
import { isMathModule, mathConstant } from './mathFunctions.ts'
import {
  add,
  asTruth,
  both,
  choose,
  compare,
  constant,
  divide,
  either,
  floorDivide,
  isComparison,
  multiply,
  type Num,
  negate,
  not,
  raise,
  remainder,
  subtract,
  truth,
} from './numbers.ts'
import type { Reader } from './reader.ts'
import { betweenCommas, childrenOf } from './sourceText.ts'
import { kindInWords, type Parameter, type Scope, type Value } from './values.ts'

type Evaluate = (node: SyntaxNode, scope: Scope, reader: Reader) => Value

const byNode: Readonly<Record<string, Evaluate>> = {
  Number: (node, _, reader) => numberText(reader.source, node),
  String: (node, _, reader) => ({ kind: 'text', text: stringText(reader.source, node) }),
  ContinuedString: (node, _, reader) => ({
    kind: 'text',
    text: childrenOf(node)
      .map((part) => stringText(reader.source, part))
      .join(''),
  }),
  None: () => ({ kind: 'none' }),
  Boolean: (node, _, { source }) => truth(source.textOf(node) === 'True'),
  VariableName: (node, scope, { source }) => {
    const name = source.textOf(node)
    return scope.get(name) ?? { kind: 'unknown', path: [name] }
  },
  ParenthesizedExpression: (node, scope, reader) => evaluate(innerOf(node, reader), scope, reader),
  TupleExpression: (node, scope, reader) => listOf(node, scope, reader, true),
  ArrayExpression: (node, scope, reader) => listOf(node, scope, reader, false),
  ArrayComprehensionExpression: comprehension,
  DictionaryExpression: dictionaryOf,
  UnaryExpression: unary,
  BinaryExpression: binary,
  ConditionalExpression: conditional,
  LambdaExpression: lambda,
  MemberExpression: member,
  CallExpression: (node, scope, reader) => reader.call(node, scope),
}

/** What an expression comes to. @throws PlacedError for what arithmetic and schedulers have no use for */
export function evaluate(node: SyntaxNode, scope: Scope, reader: Reader): Value {
  return reader.within(node, () => {
    const read = Object.hasOwn(byNode, node.name) ? byNode[node.name] : undefined
    if (read === undefined) throw reader.source.error(node, `${whatNodeIs(node)} cannot be read here`)
    return read(node, scope, reader)
  })
}

const nodeWords: Readonly<Record<string, string>> = {
  ComprehensionExpression: 'a comprehension',
  DictionaryComprehensionExpression: 'a comprehension',
  FormatString: 'a formatted text',
  NamedExpression: 'an assignment inside of an expression',
  AwaitExpression: 'await',
  SetExpression: 'a set',
}

const whatNodeIs = (node: SyntaxNode): string => nodeWords[node.name] ?? 'this'

/** @throws PlacedError where it is no number */
export function evaluateNumber(node: SyntaxNode, scope: Scope, reader: Reader): Num {
  return asNumber(evaluate(node, scope, reader), node, reader)
}

export function asNumber(value: Value, node: SyntaxNode, { source }: Reader): Num {
  if (value.kind === 'number') return value
  if (value.kind !== 'unknown') throw source.error(node, `a number is needed here, not ${kindInWords(value)}`)
  throw source.error(
    node,
    `${value.path.join('.')} is not known: the text does not say its value, write the number`,
  )
}

function innerOf(node: SyntaxNode, { source }: Reader): SyntaxNode {
  const [inner] = childrenOf(node).filter(({ name }) => name !== '(' && name !== ')')
  if (inner === undefined) throw source.error(node, 'a value is missing')
  return inner
}

function listOf(node: SyntaxNode, scope: Scope, reader: Reader, isTuple: boolean): Value {
  const items = betweenCommas(childrenOf(node)).flatMap((part): readonly Value[] => {
    const [first, second] = part
    if (first === undefined) return []
    if (first.name !== '*' || second === undefined) return [evaluate(first, scope, reader)]
    const spread = evaluate(second, scope, reader)
    if (spread.kind === 'list') return spread.items
    throw reader.source.error(second, `a list is needed after *, not ${kindInWords(spread)}`)
  })
  return { kind: 'list', items, isTuple }
}

/** `[value for name in list if test]` */
function comprehension(node: SyntaxNode, scope: Scope, reader: Reader): Value {
  const { source } = reader
  const [value, , name, , list, ...rest] = childrenOf(node).filter(
    (one) => one.name !== '[' && one.name !== ']',
  )
  if (value === undefined || list === undefined || name?.name !== 'VariableName' || rest.length > 2) {
    throw source.error(node, 'a list of more than one loop cannot be read here')
  }
  const over = evaluate(list, scope, reader)
  if (over.kind !== 'list') throw source.error(list, `a list is needed here, not ${kindInWords(over)}`)
  const items = over.items.flatMap((item) => {
    const inner = new Map(scope).set(source.textOf(name), item)
    const test = rest[1] && evaluateNumber(rest[1], inner, reader)
    return test?.constant === 0 ? [] : [evaluate(value, inner, reader)]
  })
  return { kind: 'list', items, isTuple: false }
}

function dictionaryOf(node: SyntaxNode, scope: Scope, reader: Reader): Value {
  const entries = new Map<string, Value>()
  for (const part of betweenCommas(childrenOf(node))) {
    const [key, second, value] = part
    if (key?.name === '**' && second !== undefined) {
      const spread = evaluate(second, scope, reader)
      if (spread.kind !== 'dictionary') {
        throw reader.source.error(second, 'a dictionary is needed after **')
      }
      for (const [name, one] of spread.entries) entries.set(name, one)
    } else if (key !== undefined && value !== undefined) {
      entries.set(keyOf(evaluate(key, scope, reader), key, reader), evaluate(value, scope, reader))
    }
  }
  return { kind: 'dictionary', entries }
}

function keyOf(value: Value, node: SyntaxNode, { source }: Reader): string {
  if (value.kind === 'text') return value.text
  if (value.kind === 'number' && value.constant !== undefined) return String(value.constant)
  throw source.error(node, 'a key must be a text or a number that is written here')
}

function unary(node: SyntaxNode, scope: Scope, reader: Reader): Value {
  const [sign, operand] = childrenOf(node)
  if (sign === undefined || operand === undefined) throw reader.source.error(node, 'a value is missing')
  const text = reader.source.textOf(sign)
  const value = evaluateNumber(operand, scope, reader)
  if (text === 'not') return not(asTruth(value))
  if (text === '-') return negate(value)
  if (text === '+') return value
  throw reader.source.error(sign, `${text} is no arithmetic that a schedule knows`)
}

const arithmetic: Readonly<Record<string, (a: Num, b: Num) => Num>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '//': floorDivide,
  '%': remainder,
  '**': raise,
  and: both,
  or: either,
}

function binary(node: SyntaxNode, scope: Scope, reader: Reader): Value {
  const [left, sign, right] = childrenOf(node)
  if (left === undefined || sign === undefined || right === undefined) {
    throw reader.source.error(node, 'a value is missing')
  }
  const text = reader.source.textOf(sign)
  if (sign.name !== 'ArithOp' && sign.name !== 'and' && sign.name !== 'or') {
    return comparison({ left, sign, right }, scope, reader)
  }
  const [first, second] = [evaluate(left, scope, reader), evaluate(right, scope, reader)]
  const joined = joinLists(first, text, second, right, reader)
  if (joined !== undefined) return joined
  const operation = Object.hasOwn(arithmetic, text) ? arithmetic[text] : undefined
  if (operation === undefined) {
    throw reader.source.error(sign, `${text} is no arithmetic that a schedule knows`)
  }
  return operation(asNumber(first, left, reader), asNumber(second, right, reader))
}

/** Lists one after the other, or one repeated; undefined for numbers. */
function joinLists(
  first: Value,
  sign: string,
  second: Value,
  node: SyntaxNode,
  reader: Reader,
): Value | undefined {
  if (sign === '+' && first.kind === 'list' && second.kind === 'list') {
    reader.limit(first.items.length + second.items.length, node)
    return { ...first, items: [...first.items, ...second.items] }
  }
  const [list, times] = first.kind === 'list' ? [first, second] : [second, first]
  if (sign !== '*' || list.kind !== 'list' || times.kind !== 'number') return undefined
  const count = Math.max(0, times.constant ?? 0)
  reader.limit(count * list.items.length, node)
  return { ...list, items: Array.from({ length: count }, () => list.items).flat() }
}

interface Compared {
  readonly left: SyntaxNode
  readonly sign: SyntaxNode
  readonly right: SyntaxNode
}

/** `a < b < c` compares neighbours. */
function comparison({ left, sign, right }: Compared, scope: Scope, reader: Reader): Value {
  const text = reader.source.textOf(sign)
  if (/^(is|in|not)\b/.test(text)) return membership({ left, sign, right }, scope, reader)
  if (!isComparison(text)) {
    throw reader.source.error(sign, `${text} is no comparison that a schedule knows`)
  }
  const after = evaluate(right, scope, reader)
  const [, inner, middle] = childrenOf(left)
  if (left.name === 'BinaryExpression' && inner?.name === 'CompareOp' && middle !== undefined) {
    const before = evaluateNumber(left, scope, reader)
    return both(before, compare(text, evaluateNumber(middle, scope, reader), asNumber(after, right, reader)))
  }
  const first = evaluate(left, scope, reader)
  if (first.kind === 'text' && after.kind === 'text') {
    if (text === '==') return truth(first.text === after.text)
    if (text === '!=') return truth(first.text !== after.text)
  }
  return compare(text, asNumber(first, left, reader), asNumber(after, right, reader))
}

function membership({ left, sign, right }: Compared, scope: Scope, reader: Reader): Value {
  const text = reader.source.textOf(sign)
  const [value, among] = [evaluate(left, scope, reader), evaluate(right, scope, reader)]
  if (text.startsWith('is')) {
    if (among.kind === 'none') return truth((value.kind === 'none') === (text === 'is'))
    throw reader.source.error(sign, `${text} is no comparison that a schedule knows`)
  }
  if (among.kind !== 'list') {
    throw reader.source.error(right, `a list is needed here, not ${kindInWords(among)}`)
  }
  const number = asNumber(value, left, reader)
  const found = among.items.reduce<Num>(
    (any, item) => either(any, compare('==', number, asNumber(item, right, reader))),
    truth(false),
  )
  return text === 'in' ? found : not(found)
}

function conditional(node: SyntaxNode, scope: Scope, reader: Reader): Value {
  const [yes, , test, , no] = childrenOf(node)
  if (yes === undefined || test === undefined || no === undefined) {
    throw reader.source.error(node, 'a value is missing')
  }
  const condition = evaluateNumber(test, scope, reader)
  if (condition.constant !== undefined) return evaluate(condition.constant === 0 ? no : yes, scope, reader)
  return choose(condition, evaluateNumber(yes, scope, reader), evaluateNumber(no, scope, reader))
}

function lambda(node: SyntaxNode, scope: Scope, reader: Reader): Value {
  const children = childrenOf(node)
  const body = children.at(-1)
  const list = children.find(({ name }) => name === 'ParamList')
  if (body === undefined) throw reader.source.error(node, 'the value of the lambda is missing')
  return { kind: 'function', parameters: parametersOf(list, scope, reader), body, scope }
}

/** @param list undefined for a function without any */
export function parametersOf(list: SyntaxNode | undefined, scope: Scope, reader: Reader): Parameter[] {
  if (list === undefined) return []
  return betweenCommas(childrenOf(list)).flatMap((part): Parameter[] => {
    const [name, ...rest] = part.filter((one) => one.name !== 'TypeDef')
    if (name === undefined || name.name === '/') return []
    if (name.name !== 'VariableName') {
      if (name.name === '*' && rest.length === 0) return []
      throw reader.source.error(name, 'a function of any number of values cannot be read here')
    }
    const initial = rest[1] && evaluate(rest[1], scope, reader)
    return [{ name: reader.source.textOf(name), initial }]
  })
}

function member(node: SyntaxNode, scope: Scope, reader: Reader): Value {
  const stored = scope.get(reader.source.textOf(node).replace(/\s/g, ''))
  if (stored !== undefined) return stored
  const [object, sign, ...rest] = childrenOf(node)
  if (object === undefined || sign === undefined) throw reader.source.error(node, 'a name is missing')
  const of = evaluate(object, scope, reader)
  if (sign.name === '[') return elementOf(of, node, rest, scope, reader)
  const [property] = rest
  const name = property === undefined ? '' : reader.source.textOf(property)
  if (of.kind === 'unknown') {
    const known = of.path.length === 1 && isMathModule(of.path[0]) ? mathConstant(name) : undefined
    return known ?? { kind: 'unknown', path: [...of.path, name] }
  }
  if (of.kind === 'function' || of.kind === 'number') {
    throw reader.source.error(property ?? node, `${kindInWords(of)} has no ${name}`)
  }
  return { kind: 'unknown', path: [reader.source.textOf(object), name] }
}

function elementOf(
  of: Value,
  node: SyntaxNode,
  rest: readonly SyntaxNode[],
  scope: Scope,
  reader: Reader,
): Value {
  const { source } = reader
  const [key, ...more] = rest.filter(({ name }) => name !== ']')
  if (of.kind === 'unknown') return { kind: 'unknown', path: [source.textOf(node)] }
  if (key === undefined || more.length > 0) {
    throw source.error(node, 'one element is needed here, not a part of a list')
  }
  const index = evaluate(key, scope, reader)
  if (of.kind === 'dictionary') {
    const found = of.entries.get(keyOf(index, key, reader))
    if (found === undefined) throw source.error(key, 'the dictionary has no such key')
    return found
  }
  if (of.kind !== 'list') throw source.error(node, `${kindInWords(of)} has no elements`)
  const at = asNumber(index, key, reader)
  if (at.constant === undefined) return elementAt(of.items, at, node, reader)
  const found = at.isInt ? of.items.at(at.constant) : undefined
  if (found !== undefined) return found
  throw source.error(key, `the list has ${of.items.length} elements, and none at ${at.constant}`)
}

/** The element that the tick decides on; counted from the end where that is below 0. */
function elementAt(items: readonly Value[], at: Num, node: SyntaxNode, reader: Reader): Num {
  const index = at.isNonNegative
    ? at
    : choose(compare('<', at, constant(0)), add(at, constant(items.length)), at)
  return items.reduceRight<Num>(
    (others, item, i) => choose(compare('==', index, constant(i)), asNumber(item, node, reader), others),
    // Past its ends Python stops; where no tick comes there the last element is as good.
    { ...constant(0, false), constant: undefined, at: () => Number.NaN },
  )
}
