import type { SyntaxNode } from '@lezer/common'
import type { Num } from './numbers.ts'
import type { ScheduledGroup, Scheduler } from './schedulers.ts'

/** What an expression of the text may come to. Nothing of it is ever run. */
export type Value =
  | Num
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' }
  | ListValue
  | { readonly kind: 'dictionary'; readonly entries: ReadonlyMap<string, Value> }
  | FunctionValue
  | PartialValue
  | { readonly kind: 'optimizer'; readonly group: ScheduledGroup }
  | SchedulerValue
  | UnknownValue

interface ListValue {
  readonly kind: 'list'
  readonly items: readonly Value[]
  readonly isTuple: boolean
}

/** A lambda or a def of arithmetic. */
export interface FunctionValue {
  readonly kind: 'function'
  readonly parameters: readonly Parameter[]
  readonly body: SyntaxNode
  readonly scope: Scope
}

export interface Parameter {
  readonly name: string
  readonly initial: Value | undefined
}

export interface PartialValue {
  readonly kind: 'partial'
  readonly of: FunctionValue
  readonly positional: readonly Argument[]
  readonly named: ReadonlyMap<string, Argument>
}

export interface SchedulerValue {
  readonly kind: 'scheduler'
  readonly scheduler: Scheduler
  readonly node: SyntaxNode
}

/** A name, module or object that the text does not make: `torch.optim`, `loader`, `model.parameters()`. */
interface UnknownValue {
  readonly kind: 'unknown'
  /** The names, with what imports call them by undone. */
  readonly path: readonly string[]
}

export interface Argument {
  readonly value: Value
  readonly node: SyntaxNode
}

/** Names and what they stand for; those of a function begin as a copy of those around it. */
export type Scope = Map<string, Value>

const kindWords: Readonly<Record<Value['kind'], string>> = {
  number: 'a number',
  text: 'a text',
  none: 'None',
  list: 'a list',
  dictionary: 'a dictionary',
  function: 'a function',
  partial: 'a function',
  optimizer: 'an optimizer',
  scheduler: 'a scheduler',
  unknown: 'not known here',
}

export const kindInWords = ({ kind }: Value): string => kindWords[kind]
