import type { SyntaxNode } from '@lezer/common'
import { didYouMean } from '../../../didYouMean.ts'
import { type Num, numeric } from './numbers.ts'
import type { SourceText, Span } from './sourceText.ts'
import { type Argument, kindInWords, type Value } from './values.ts'

/** What stands in the brackets of a call. */
export interface CallArguments {
  readonly positional: readonly Argument[]
  readonly named: ReadonlyMap<string, Argument>
}

/** The values of a call, by the names of what is called. */
export interface BoundArguments {
  /** undefined where it is not given, or given as None. */
  find(name: string): Argument | undefined
  number(name: string, initial?: number): number
  /** A whole number, without a decimal point. @param least the smallest there may be */
  whole(name: string, least: number, initial?: number): number
  text(name: string, initial: string): string
  flag(name: string, initial: boolean): boolean
  list(name: string): readonly Argument[]
  /** What PyTorch would not take. */
  refuse(name: string, reason: string): never
}

/**
 * @param names of the parameters, in their order; the last ones may be left out
 * @param what is called, for errors
 */
export function bindArguments(
  source: SourceText,
  what: string,
  names: readonly string[],
  { positional, named }: CallArguments,
  at: SyntaxNode,
): BoundArguments {
  const bound = new Map<string, Argument>()
  positional.forEach((argument, i) => {
    const name = names[i]
    if (name === undefined) {
      throw source.error(argument.node, `${what} takes at most ${names.length} values (${names.join(', ')})`)
    }
    bound.set(name, argument)
  })
  for (const [name, argument] of named) {
    if (!names.includes(name)) {
      throw source.error(
        argument.node,
        `${what} has no ${name}${didYouMean(name, names)}; it takes ${names.join(', ')}`,
      )
    }
    if (bound.has(name)) throw source.error(argument.node, `${what} is given ${name} twice`)
    bound.set(name, argument)
  }
  return readers(source, what, bound, at)
}

function readers(
  source: SourceText,
  what: string,
  bound: ReadonlyMap<string, Argument>,
  at: SyntaxNode,
): BoundArguments {
  const find = (name: string): Argument | undefined => {
    const argument = bound.get(name)
    return argument?.value.kind === 'none' ? undefined : argument
  }
  const placeOf = (name: string): Span => bound.get(name)?.node ?? at
  const needed = (name: string): never => {
    throw source.error(at, `${what} needs ${name}`)
  }
  const numberAt = (name: string): Num | undefined => {
    const argument = find(name)
    if (argument === undefined) return undefined
    return knownNumber(source, onlyOne(source, argument, name), name)
  }
  return {
    find,
    number: (name, initial) => numberAt(name)?.constant ?? initial ?? needed(name),
    whole(name, least, initial) {
      const found = numberAt(name)
      if (found === undefined) return initial ?? needed(name)
      const value = found.constant ?? Number.NaN
      if (found.isInt && Number.isSafeInteger(value) && value >= least) return value
      throw source.error(
        placeOf(name),
        `${name} must be a whole number from ${least} up${Number.isInteger(value) && value >= least ? ', without a decimal point' : ` (received ${value})`}`,
      )
    },
    text(name, initial) {
      const argument = find(name)
      if (argument === undefined) return initial
      if (argument.value.kind === 'text') return argument.value.text
      throw source.error(
        argument.node,
        `${name} must be a text in quotes, not ${kindInWords(argument.value)}`,
      )
    },
    flag(name, initial) {
      const argument = find(name)
      if (argument === undefined) return initial
      const { constant } = knownNumber(source, argument, name)
      return constant !== 0
    },
    list(name) {
      const argument = find(name) ?? needed(name)
      const { value, node } = argument
      if (value.kind === 'list') return value.items.map((item) => ({ value: item, node }))
      throw source.error(node, `${name} must be a list, not ${whatIs(value)}`)
    },
    refuse(name, reason) {
      throw source.error(placeOf(name), reason)
    },
  }
}

/** A list with a value for each group of parameters, of which there is one here, or of which all have the same. */
export function onlyOne(source: SourceText, { value, node }: Argument, name: string): Argument {
  if (value.kind !== 'list') return { value, node }
  const [first, ...others] = value.items
  const same = (one: Value): boolean =>
    one === first ||
    (one.kind === 'number' &&
      first?.kind === 'number' &&
      one.constant === first.constant &&
      one.constant !== undefined)
  if (first !== undefined && others.every(same)) return { value: first, node }
  throw source.error(
    node,
    `${name} has a value for each group of parameters; Anneal has one rate for all of them`,
  )
}

/** A number that the text says. */
export function knownNumber(source: SourceText, { value, node }: Argument, name: string): Num {
  if (value.kind === 'number' && value.constant !== undefined) {
    if (!Number.isNaN(value.constant)) return numeric(value)
    throw source.error(node, `${name} is no number here: Python would stop with an error`)
  }
  throw source.error(node, `${name} must be a number, not ${whatIs(value)}`)
}

/** What stands where something else is needed. */
export function whatIs(value: Value): string {
  if (value.kind === 'unknown') {
    return `${value.path.join('.')}, which the text does not say: write its value`
  }
  return kindInWords(value)
}
