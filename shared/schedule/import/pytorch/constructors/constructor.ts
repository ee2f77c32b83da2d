import type { SyntaxNode } from '@lezer/common'
import { type BoundArguments, whatIs } from '../callArguments.ts'
import type { Made, ScheduledGroup, Scheduler } from '../schedulers.ts'
import type { SourceText } from '../sourceText.ts'
import type { Value } from '../values.ts'

/* What the constructors of every family share. */

/** What making a scheduler needs of the text's reader. */
export interface Construction {
  readonly source: SourceText
  readonly node: SyntaxNode
  /** The group behind an argument that is an optimizer. */
  groupOf(value: Value, node: SyntaxNode): ScheduledGroup
  /** The factor of a lambda, and its formula of x. */
  factorOf(value: Value, node: SyntaxNode): { factor: (tick: number) => number; formula: string | undefined }
}

/** A class of torch.optim.lr_scheduler: its parameters in their order, and what it makes of them. */
export interface Constructor {
  readonly parameters: readonly string[]
  make(given: BoundArguments, group: ScheduledGroup, construction: Construction): Scheduler
}

export type Constructors = Readonly<Record<string, Constructor>>

/** Every scheduler takes these last; `verbose` does nothing any more. */
export const last = ['last_epoch', 'verbose'] as const

export const madeOf = (name: string, made: Partial<Made>): Made => ({
  name,
  numbers: {},
  options: {},
  milestones: [],
  inner: [],
  ...made,
})

/** The tick before the first. PyTorch goes on from one only where an earlier scheduler left its mark on the optimizer. */
export function lastEpoch(given: BoundArguments, { initialLr }: ScheduledGroup): number {
  const value = given.whole('last_epoch', -1, -1)
  if (value === -1 || initialLr !== undefined) return value
  return given.refuse(
    'last_epoch',
    `last_epoch ${value} goes on from an optimizer that was saved; leave it out for the whole schedule`,
  )
}

export function numbersOf(given: BoundArguments, name: string, source: SourceText): number[] {
  return given.list(name).map(({ value, node }) => {
    if (value.kind === 'number' && value.constant !== undefined) return value.constant
    throw source.error(node, `${name} must be numbers, not ${whatIs(value)}`)
  })
}

export function strategyOf(given: BoundArguments): string {
  const strategy = given.text('anneal_strategy', 'cos')
  if (strategy !== 'cos' && strategy !== 'linear') {
    given.refuse('anneal_strategy', `anneal_strategy must be "cos" or "linear" (received ${strategy})`)
  }
  return strategy
}
