import { type BoundArguments, whatIs } from '../callArguments.ts'
import { makeChained, makeSequential, type ScheduledGroup, type Scheduler } from '../schedulers.ts'
import type { SourceText } from '../sourceText.ts'
import { type Constructors, last, madeOf, numbersOf } from './constructor.ts'

/** Those that hold other schedulers. */
export const combinations: Constructors = {
  SequentialLR: {
    parameters: ['optimizer', 'schedulers', 'milestones', ...last],
    make(given, group, { source }) {
      const inner = schedulersOf(given, group, source)
      const milestones = numbersOf(given, 'milestones', source)
      if (milestones.length !== inner.length - 1) {
        given.refuse(
          'milestones',
          `there must be one milestone fewer than there are schedulers (${inner.length}), not ${milestones.length}`,
        )
      }
      if (given.whole('last_epoch', -1, -1) !== -1) {
        given.refuse(
          'last_epoch',
          'last_epoch goes on from an optimizer that was saved; leave it out for the whole schedule',
        )
      }
      return makeSequential(group, madeOf('SequentialLR', { inner, milestones }), { inner, milestones })
    },
  },
  ChainedScheduler: {
    parameters: ['schedulers', 'optimizer'],
    make(given, group, { source }) {
      const inner = schedulersOf(given, group, source)
      return makeChained(group, madeOf('ChainedScheduler', { inner }), inner)
    },
  },
}

function schedulersOf(given: BoundArguments, group: ScheduledGroup, source: SourceText): Scheduler[] {
  const found = given.list('schedulers').map(({ value, node }) => {
    if (value.kind !== 'scheduler')
      throw source.error(node, `schedulers must be schedulers, not ${whatIs(value)}`)
    if (value.scheduler.made.name === 'ReduceLROnPlateau') {
      throw source.error(
        value.node,
        'ReduceLROnPlateau cannot stand inside another scheduler, since its step() needs a metric',
      )
    }
    if (value.scheduler.group !== group)
      throw source.error(value.node, 'the schedulers belong to different optimizers')
    return value.scheduler
  })
  if (found.length === 0) given.refuse('schedulers', 'there must be at least one scheduler')
  return found
}
