import type { SyntaxNode } from '@lezer/common'
import { didYouMean } from '../../../didYouMean.ts'
import { type CallArguments, knownNumber } from './callArguments.ts'
import { construct, isScheduler, schedulerNames } from './constructors/index.ts'
import { asNumber, evaluate } from './evaluate.ts'
import { builtins, isMathModule, mathFunctions } from './mathFunctions.ts'
import { constant, formulaOf, type Num, numeric, tickVariable } from './numbers.ts'
import { isOptimizer, makeOptimizer } from './optimizers.ts'
import type { Reader } from './reader.ts'
import { betweenCommas, childrenOf } from './sourceText.ts'
import { runBody } from './statements.ts'
import {
  type Argument,
  type FunctionValue,
  kindInWords,
  type PartialValue,
  type Scope,
  type Value,
} from './values.ts'

/** A call: of a scheduler, an optimizer, a function of numbers, or of what is not known and stays so. */
export function callValue(node: SyntaxNode, scope: Scope, reader: Reader): Value {
  const [callee, list] = childrenOf(node)
  if (callee === undefined || list === undefined) throw reader.source.error(node, 'a call is not complete')
  const called = evaluate(callee, scope, reader)
  if (called.kind === 'function' || called.kind === 'partial') {
    return callFunction(called, argumentsOf(list, scope, reader), node, reader)
  }
  if (called.kind !== 'unknown') throw reader.source.error(callee, `${kindInWords(called)} cannot be called`)
  const name = called.path.at(-1) ?? ''
  if (isScheduler(name)) {
    const given = argumentsOf(list, scope, reader)
    return { kind: 'scheduler', node, scheduler: construct(name, given, constructionAt(node, reader)) }
  }
  if (/^[A-Z]\w*(LR|Scheduler|Restarts)$/.test(name)) {
    throw reader.source.error(
      callee,
      `${name} is no scheduler that can be read${didYouMean(name, schedulerNames)}; there are ${schedulerNames.join(', ')}`,
    )
  }
  if (isOptimizer(name)) {
    return { kind: 'optimizer', group: makeOptimizer(name, argumentsOf(list, scope, reader), node, reader) }
  }
  return callKnown(called.path, list, node, scope, reader)
}

function callKnown(
  path: readonly string[],
  list: SyntaxNode,
  node: SyntaxNode,
  scope: Scope,
  reader: Reader,
): Value {
  const name = path.at(-1) ?? ''
  const isOfModule = path.length === 2 && isMathModule(path[0])
  const isAlone = path.length === 1
  const lists = isAlone && Object.hasOwn(listCalls, name) ? listCalls[name] : undefined
  if (lists !== undefined) return lists(argumentsOf(list, scope, reader), node, reader)
  if (name === 'partial' && (isAlone || path[0] === 'functools')) {
    return partialOf(argumentsOf(list, scope, reader), node, reader)
  }
  const table = isOfModule
    ? mathFunctions
    : isAlone && Object.hasOwn(builtins, name)
      ? builtins
      : mathFunctions
  if ((!isAlone && !isOfModule) || !Object.hasOwn(table, name)) {
    return { kind: 'unknown', path: [`${path.join('.')}(...)`] }
  }
  return callMath(table[name], name, argumentsOf(list, scope, reader), node, reader)
}

function callMath(
  found: (typeof mathFunctions)[string] | undefined,
  name: string,
  given: CallArguments,
  node: SyntaxNode,
  reader: Reader,
): Value {
  if (found === undefined) throw new Error(`there is no function ${name}`)
  const [only] = given.positional
  // float('inf')
  if (name === 'float' && only?.value.kind === 'text') return floatOf(only.value.text, node, reader)
  const isOfList = (name === 'min' || name === 'max') && given.positional.length === 1
  const values =
    isOfList && only?.value.kind === 'list'
      ? only.value.items.map((value) => ({ value, node }))
      : given.positional
  const [least, most] = found.takes
  if (values.length < least || values.length > most || given.named.size > 0) {
    const needs = least === most ? `${least}` : `${least} to ${most}`
    throw reader.source.error(
      node,
      `${name} takes ${needs} ${needs === '1' ? 'value' : 'values'} here, without names`,
    )
  }
  return found.call(...values.map((one) => asNumber(one.value, one.node, reader)))
}

function floatOf(text: string, node: SyntaxNode, { source }: Reader): Num {
  const infinite = /^\s*([+-]?)inf(inity)?\s*$/i.exec(text)
  const value = infinite === null ? Number(text) : Number.POSITIVE_INFINITY * (infinite[1] === '-' ? -1 : 1)
  if (Number.isNaN(value) || text.trim() === '') throw source.error(node, `${text} is no number`)
  return constant(value, false)
}

type ListCall = (given: CallArguments, node: SyntaxNode, reader: Reader) => Value

const listCalls: Readonly<Record<string, ListCall>> = {
  range(given, node, reader) {
    const numbers = given.positional.map(
      (one) => knownNumber(reader.source, one, 'the end of a range').constant ?? 0,
    )
    const [start = 0, end = 0, by = 1] = numbers.length === 1 ? [0, ...numbers] : numbers
    const length = Math.max(0, Math.ceil((end - start) / by)) || 0
    reader.limit(length, node)
    return { kind: 'list', isTuple: true, items: Array.from({ length }, (_, i) => constant(start + i * by)) }
  },
  list: listFrom(false),
  tuple: listFrom(true),
  dict(given, node, reader) {
    const entries = new Map<string, Value>()
    const [first] = given.positional
    if (first?.value.kind === 'dictionary')
      for (const [key, value] of first.value.entries) entries.set(key, value)
    else if (first !== undefined) throw reader.source.error(node, 'dict takes names and values here')
    for (const [name, { value }] of given.named) entries.set(name, value)
    return { kind: 'dictionary', entries }
  },
  len(given, node, reader) {
    const value = given.positional[0]?.value
    if (value?.kind === 'list') return constant(value.items.length)
    if (value?.kind !== 'unknown') throw reader.source.error(node, 'len needs a list')
    const of = value.path.join('.')
    const { stepsPerEpoch } = reader.told
    if (stepsPerEpoch === undefined) {
      throw reader.source.error(
        node,
        `the length of ${of} is not known: write the number of steps in an epoch`,
      )
    }
    reader.notes.add(`len(${of}) was taken to be ${stepsPerEpoch}, the steps in an epoch.`)
    return constant(stepsPerEpoch)
  },
}

function listFrom(isTuple: boolean): ListCall {
  return (given, node, reader) => {
    const value = given.positional[0]?.value ?? { kind: 'list', items: [], isTuple }
    if (value.kind === 'list') return { ...value, isTuple }
    throw reader.source.error(node, `a list is needed here, not ${kindInWords(value)}`)
  }
}

/** @param list of a call, with its brackets */
function argumentsOf(list: SyntaxNode, scope: Scope, reader: Reader): CallArguments {
  const positional: Argument[] = []
  const named = new Map<string, Argument>()
  const name = (key: string, argument: Argument): void => {
    if (named.has(key)) throw reader.source.error(argument.node, `${key} is given twice`)
    named.set(key, argument)
  }
  for (const part of betweenCommas(childrenOf(list))) {
    const [first, second, third] = part
    if (first === undefined) continue
    if (part.length > 3 || part.some((one) => one.name === 'for')) {
      throw reader.source.error(first, 'a comprehension cannot be read here')
    }
    if (first.name === '**' && second !== undefined) {
      const spread = evaluate(second, scope, reader)
      if (spread.kind !== 'dictionary')
        throw reader.source.error(second, `a dictionary is needed after **, not ${kindInWords(spread)}`)
      for (const [key, value] of spread.entries) name(key, { value, node: second })
    } else if (first.name === '*' && second !== undefined) {
      const spread = evaluate(second, scope, reader)
      if (spread.kind !== 'list')
        throw reader.source.error(second, `a list is needed after *, not ${kindInWords(spread)}`)
      positional.push(...spread.items.map((value) => ({ value, node: second })))
    } else if (second?.name === 'AssignOp') {
      if (third === undefined)
        throw reader.source.error(first, `the value of ${reader.source.textOf(first)} is missing`)
      name(reader.source.textOf(first), { value: evaluate(third, scope, reader), node: third })
    } else positional.push({ value: evaluate(first, scope, reader), node: first })
  }
  return { positional, named }
}

function partialOf(given: CallArguments, node: SyntaxNode, reader: Reader): PartialValue {
  const [first, ...positional] = given.positional
  if (first?.value.kind !== 'function')
    throw reader.source.error(node, 'partial needs a function that stands in the text')
  return { kind: 'partial', of: first.value, positional, named: given.named }
}

/** @param called a function of the text, or one with some values given */
function callFunction(
  called: FunctionValue | PartialValue,
  given: CallArguments,
  node: SyntaxNode,
  reader: Reader,
): Value {
  if (called.kind === 'partial') {
    const positional = [...called.positional, ...given.positional]
    return callFunction(
      called.of,
      { positional, named: new Map([...called.named, ...given.named]) },
      node,
      reader,
    )
  }
  const { parameters, body, scope } = called
  const inner: Scope = new Map(scope)
  for (const { name, initial } of parameters) if (initial !== undefined) inner.set(name, initial)
  const isGiven = new Set<string>()
  given.positional.forEach((argument, i) => {
    const name = parameters[i]?.name
    if (name === undefined)
      throw reader.source.error(argument.node, `the function takes ${parameters.length} values at most`)
    inner.set(name, argument.value)
    isGiven.add(name)
  })
  for (const [name, { value, node: at }] of given.named) {
    if (!parameters.some((one) => one.name === name))
      throw reader.source.error(at, `the function has no ${name}`)
    inner.set(name, value)
    isGiven.add(name)
  }
  const missing = parameters.find(({ name, initial }) => initial === undefined && !isGiven.has(name))
  if (missing !== undefined) throw reader.source.error(node, `the function needs ${missing.name}`)
  if (body.name !== 'Body') return evaluate(body, inner, reader)
  return runBody(body, inner, reader)
}

function constructionAt(node: SyntaxNode, reader: Reader) {
  return {
    source: reader.source,
    node,
    groupOf(value: Value, at: SyntaxNode) {
      if (value.kind === 'optimizer') return value.group
      if (value.kind === 'unknown') return reader.group
      throw reader.source.error(at, `an optimizer is needed here, not ${kindInWords(value)}`)
    },
    factorOf(value: Value, at: SyntaxNode) {
      if (value.kind !== 'function' && value.kind !== 'partial') {
        const what =
          value.kind === 'unknown'
            ? `${value.path.join('.')}, which does not stand in the text`
            : kindInWords(value)
        throw reader.source.error(at, `a lambda or function of arithmetic is needed here, not ${what}`)
      }
      const given = { positional: [{ value: tickVariable('x'), node: at }], named: new Map() }
      const body = value.kind === 'function' && value.body.name !== 'Body' ? value.body : at
      const number = asNumber(callFunction(value, given, at, reader), body, reader)
      return { factor: numeric(number).at, formula: formulaOf(number) }
    },
  }
}
