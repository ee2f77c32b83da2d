import type { SyntaxNode } from '@lezer/common'
import { type CallArguments, knownNumber } from './callArguments.ts'
import type { Reader } from './reader.ts'
import type { ScheduledGroup } from './schedulers.ts'
import type { Argument, Value } from './values.ts'

interface Defaults {
  readonly lr: number
  /** SGD's momentum, or Adam's first beta; null where there is none. */
  readonly momentum: number | null
}

/** PyTorch 2.6's. */
const optimizers: Readonly<Record<string, Defaults>> = {
  SGD: { lr: 1e-3, momentum: 0 },
  Adam: { lr: 1e-3, momentum: 0.9 },
  AdamW: { lr: 1e-3, momentum: 0.9 },
  SparseAdam: { lr: 1e-3, momentum: 0.9 },
  Adamax: { lr: 2e-3, momentum: 0.9 },
  NAdam: { lr: 2e-3, momentum: 0.9 },
  RAdam: { lr: 1e-3, momentum: 0.9 },
  RMSprop: { lr: 1e-2, momentum: 0 },
  Adagrad: { lr: 1e-2, momentum: null },
  Adadelta: { lr: 1, momentum: null },
  Adafactor: { lr: 1e-2, momentum: null },
  ASGD: { lr: 1e-2, momentum: null },
  Rprop: { lr: 1e-2, momentum: null },
  LBFGS: { lr: 1, momentum: null },
}

export const isOptimizer = (name: string): boolean => Object.hasOwn(optimizers, name)

/** The one group of a new optimizer. What is not a number in the text is what was told beside it. */
export function makeOptimizer(
  name: string,
  { positional, named }: CallArguments,
  node: SyntaxNode,
  reader: Reader,
): ScheduledGroup {
  const defaults = optimizers[name] ?? { lr: Number.NaN, momentum: null }
  const { told } = reader
  const rate = named.get('lr') ?? positional[1] ?? ofGroups(positional[0], 'lr', node, reader)
  const lr = rate === undefined ? defaults.lr : (numberOf(rate, 'lr', reader) ?? told.lr ?? Number.NaN)
  const momentum = momentumGiven(name, { positional, named })
  if (told.lr !== undefined && lr !== told.lr) {
    reader.notes.add(`The rate of ${name} in the text, ${lr}, goes before the ${told.lr} given beside it.`)
  }
  return {
    lr,
    momentum:
      momentum === undefined
        ? (defaults.momentum ?? undefined)
        : (numberOf(momentum, 'momentum', reader) ?? told.momentum),
    movesMomentum: false,
  }
}

/** SGD's momentum, or the first of Adam's betas. */
function momentumGiven(name: string, { positional, named }: CallArguments): Argument | undefined {
  const third = name === 'SGD' || optimizers[name]?.momentum === 0.9 ? positional[2] : undefined
  const given = named.get('momentum') ?? named.get('betas') ?? third
  if (given?.value.kind !== 'list') return given
  const [first] = given.value.items
  return first && { value: first, node: given.node }
}

/** undefined where the text does not say it. */
function numberOf(argument: Argument, name: string, { source }: Reader): number | undefined {
  if (argument.value.kind === 'unknown') return undefined
  return knownNumber(source, argument, name).constant
}

/** What groups of parameters say for themselves, where all say the same. */
function ofGroups(
  parameters: Argument | undefined,
  name: string,
  node: SyntaxNode,
  { source }: Reader,
): Argument | undefined {
  if (parameters?.value.kind !== 'list') return undefined
  const found = parameters.value.items.flatMap((group): readonly Value[] => {
    const value = group.kind === 'dictionary' ? group.entries.get(name) : undefined
    return value === undefined ? [] : [value]
  })
  const [first] = found
  if (first === undefined) return undefined
  const same = found.every(
    (one) => one.kind === 'number' && first.kind === 'number' && one.constant === first.constant,
  )
  if (same && found.length === parameters.value.items.length) return { value: first, node: parameters.node }
  throw source.error(
    node,
    'the groups of parameters have rates of their own; Anneal has one rate for all of them',
  )
}
