import { type BoundArguments, bindArguments, type CallArguments } from '../callArguments.ts'
import type { ScheduledGroup, Scheduler } from '../schedulers.ts'
import { averaging } from './averaging.ts'
import { combinations } from './combinations.ts'
import type { Construction, Constructors } from './constructor.ts'
import { cycles } from './cycles.ts'
import { decays } from './decays.ts'
import { plateau } from './plateau.ts'

/** By the names of their classes. */
const constructors: Constructors = { ...decays, ...cycles, ...combinations, ...plateau, ...averaging }

/** The names of the schedulers that can be read. */
export const schedulerNames: readonly string[] = Object.keys(constructors)

/** @param name of a class of torch.optim.lr_scheduler */
export function construct(name: string, given: CallArguments, construction: Construction): Scheduler {
  const { parameters, make } = constructors[name] ?? { parameters: [], make: undefined }
  if (make === undefined) throw new Error(`${name} is no scheduler`)
  const { source, node } = construction
  const bound = bindArguments(source, name, parameters, given, node)
  return make(bound, groupFor(name, bound, construction), construction)
}

export const isScheduler = (name: string): boolean => Object.hasOwn(constructors, name)

function groupFor(
  name: string,
  given: BoundArguments,
  { source, node, groupOf }: Construction,
): ScheduledGroup {
  const optimizer = given.find('optimizer')
  if (optimizer !== undefined) return groupOf(optimizer.value, optimizer.node)
  const first = name === 'ChainedScheduler' ? given.list('schedulers')[0]?.value : undefined
  if (first?.kind === 'scheduler') return first.scheduler.group
  throw source.error(node, `${name} needs an optimizer`)
}
