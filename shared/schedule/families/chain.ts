import { z } from 'zod'
import { recursiveProduct } from '../chainRecursion.ts'
import type { Place } from '../export/place.ts'
import { float } from '../export/python.ts'
import { writeTable } from '../export/writeTable.ts'
import type { Children, CompositeRecord } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { common, rateField, showRate } from '../fields.ts'
import { inside, rateHandle, scaled } from '../handles.ts'
import type { MomentumSpec } from '../momentum.ts'
import type { ScheduleSpec } from '../spec.ts'
import type { Context, Track } from '../track.ts'
import { firstOf } from '../words.ts'

/**
 * lr times the product of `factors`, which are schedules run side by side, usually with rates around 1. Cycles and
 * momentum are those of the first factor that has them. `combine: 'recursive'` repeats PyTorch's ChainedScheduler, which
 * differs from the product where a factor is not multiplicative; see chainRecursion.ts. A recursion with a cosine may go
 * below 0, where every step would climb the loss: that is refused, unless `negative: 'keep'` asks for PyTorch's numbers.
 */
export interface ChainSpec<Child> {
  kind: 'chain'
  lr: number
  factors: Child[]
  combine: 'product' | 'recursive'
  /** How often the recursion ticks; the product does not need it. */
  tick: 'step' | 'epoch'
  negative: 'refuse' | 'keep'
  momentum?: MomentumSpec | undefined
}

const schemaOf = (child: z.ZodType<ScheduleSpec>) =>
  z.strictObject({
    kind: z.literal('chain'),
    lr: rateField('Rate', 'scale', 'What the factors are multiplied with.'),
    factors: described(z.array(child).min(1).max(16), {
      label: 'Factors',
      help: 'The schedules that are multiplied.',
      control: 'schedules',
    }),
    combine: described(z.enum(['product', 'recursive']).default('product'), {
      label: 'Combined',
      help: 'Whether the factors are multiplied, or change the rate one after the other as in PyTorch.',
      options: {
        product: { label: 'as a product', help: 'The rate times every factor.' },
        recursive: {
          label: 'recursively',
          help: 'As PyTorch’s ChainedScheduler: each factor changes the rate that the one before it left.',
        },
      },
    }),
    tick: described(z.enum(['step', 'epoch']).default('step'), {
      label: 'Ticks every',
      isFine: true,
      help: 'How often a recursion moves; a product does not need it.',
      options: {
        step: { label: 'step', help: 'The recursion moves at every step.' },
        epoch: { label: 'epoch', help: 'The recursion moves once an epoch.' },
      },
    }),
    negative: described(z.enum(['refuse', 'keep']).default('refuse'), {
      label: 'Below zero',
      isFine: true,
      help: 'What happens where a recursion goes below 0, where every step would climb the loss.',
      options: {
        refuse: { label: 'refuse', help: 'The schedule is refused.' },
        keep: { label: 'keep', help: 'The rate is negative there, as in PyTorch.' },
      },
    }),
    ...common,
  })

type Spec = ChainSpec<ScheduleSpec>

const record: CompositeRecord<ReturnType<typeof schemaOf>, ScheduleSpec> = {
  name: 'Chain',
  group: 'Composed',
  about: 'Schedules side by side, multiplied.',
  start: { lr: 1 },
  peak: { field: 'lr', of: () => undefined },
  compile: compileChain,
  write(spec, place, children) {
    const recursive = spec.combine === 'recursive'
    const moves = (factor: ScheduleSpec): boolean =>
      children.compile(factor, place.context).momentum !== undefined
    // The recursion's rates are listed: of its factors only one that moves the momentum is called.
    const needed = recursive ? spec.factors.filter(moves).slice(0, 1) : spec.factors
    const factors = needed.map((factor) => children.write(factor, place))
    const momentum = factors.find((factor) => factor.momentum !== undefined)?.momentum
    const rate = recursive
      ? recursiveLines(spec, place, children)
      : [`return ${[float(spec.lr), ...factors.map((factor) => `${factor.rate}(step)`)].join(' * ')}`]
    return {
      rate,
      ...(momentum && {
        momentum: { body: [`return ${momentum.name}(step)`], optional: momentum.optional },
      }),
    }
  },
  label: (spec, children) =>
    firstOf(
      spec.factors.map((factor) => children.label(factor)),
      ' · ',
    ),
  summary: (spec, context, steps, children) =>
    `${showRate(spec.lr)} times ${spec.factors.map((factor) => children.summary(factor, context, steps)).join(' times ')}`,
  handles(spec, place, children) {
    const open = Math.min(place.openPart(place.path), spec.factors.length - 1)
    const factor = spec.factors[open]
    const inner = { ...inside(place, ['factors', open], 0, place.horizon), isFactor: true }
    const at = place.rateAt(Math.round(place.start))
    return [
      ...(spec.lr > 0 && at > 0
        ? [rateHandle(place, 'lr', 'Rate', spec.lr, place.start, scaled(at / spec.lr))]
        : []),
      ...(factor === undefined ? [] : children.handles(factor, inner)),
    ]
  },
  readsBudget: (spec, children) => spec.factors.some((factor) => children.readsBudget(factor)),
  parts: (tree) => partsIn(tree).map((i) => ['factors', i]),
  presets: [],
}

/** @param child schema of the schedules inside of it */
export const chain = (child: z.ZodType<ScheduleSpec>) => ({ ...record, schema: schemaOf(child) })

function partsIn(tree: unknown): number[] {
  const factors: unknown =
    typeof tree === 'object' && tree !== null ? Reflect.get(tree, 'factors') : undefined
  return Array.isArray(factors) ? factors.map((_, i) => i) : []
}

function compileChain(spec: Spec, context: Context, children: Children<ScheduleSpec>): Track {
  const tracks = spec.factors.map((factor) => children.compile(factor, context))
  const product = (values: number[]): number => values.reduce((all, value) => all * value, spec.lr)
  const momentum = tracks.find((track) => track.momentum !== undefined)?.momentum
  const cycleAt = tracks.find((track) => track.cycleAt !== undefined)?.cycleAt
  const recursive =
    spec.combine === 'recursive'
      ? recursiveProduct(tracks, {
          base: spec.lr,
          stepsPerTick: ticksEvery(spec, context),
          mayBeNegative: spec.negative === 'keep',
        })
      : undefined
  return {
    lr: recursive?.lr ?? ((step) => tracks.reduce((all, track) => all * track.lr(step), spec.lr)),
    ...(momentum && { momentum }),
    ...(cycleAt && { cycleAt }),
    range(steps) {
      if (recursive !== undefined) return recursive.range(steps)
      const ranges = tracks.map((track) => track.range(steps))
      return { lrMin: product(ranges.map((r) => r.lrMin)), lrMax: product(ranges.map((r) => r.lrMax)) }
    },
  }
}

const ticksEvery = ({ tick }: Spec, { stepsPerEpoch }: Context): number =>
  tick === 'epoch' ? stepsPerEpoch : 1

/** The recursion has no closed form: its rates are written out. */
function recursiveLines(spec: Spec, place: Place, children: Children<ScheduleSpec>): string[] {
  const tick = ticksEvery(spec, place.context)
  const ticks = Math.ceil(place.limit / tick)
  const { lr } = compileChain(spec, place.context, children)
  return writeTable(place.file, ticks, tick, (at) => lr(at * tick))
}
