import { snap, unitSteps } from '../clock.ts'
import { compileTrack } from '../compileTrack.ts'
import { type ChainSpec, compileChain } from '../families/chain.ts'
import { placePieces, type SequenceSpec } from '../families/sequence.ts'
import type { WarmupSpec } from '../families/warmup.ts'
import type { ScheduleSpec } from '../spec.ts'
import type { Context } from '../track.ts'
import { type Family, type Place, timeIn, type Written, writeClock } from './place.ts'
import { float, steps } from './python.ts'
import { writeTable } from './writeTable.ts'

type WriteChild = (spec: ScheduleSpec, place: Place) => Written

export function writeWarmup(spec: WarmupSpec<ScheduleSpec>, place: Place, write: WriteChild): Family {
  const { context, file, limit } = place
  const length = Math.ceil(snap(spec.length * unitSteps(spec.unit, context)))
  const inner = { ...context, horizon: Math.max(1, context.horizon - length) }
  const child = write(spec.schedule, { file, context: inner, limit: Math.max(1, limit - length) })
  const { momentum } = child
  const shifted = length === 0 ? 'step' : `step - ${length}`
  const rise = length === 0 ? [] : riseLines(spec, place, length, compileTrack(spec.schedule, inner).lr(0))
  return {
    rate: [...rise, `return ${child.rate}(${shifted})`],
    ...(momentum && {
      momentum: {
        body: [`return ${momentum.name}(max(0, ${shifted}))`],
        optional: momentum.optional,
      },
    }),
  }
}

function riseLines(spec: WarmupSpec<ScheduleSpec>, place: Place, length: number, peak: number): string[] {
  const start = spec.form === 'startFactor' ? spec.startFactor : 0
  const { lines, position } = writeClock(spec.update, place)
  const time = timeIn(spec.unit, position, place.context)
  const part = `min(1.0, ${spec.form === 'oneBased' ? `(${time} + 1)` : time} / ${steps(spec.length)})`
  const factor = start === 0 ? part : `(${float(start)} + ${float(1 - start)} * ${part})`
  return [
    `if step < ${length}:`,
    ...[...lines, `return ${float(peak)} * ${factor}`].map((line) => `    ${line}`),
  ]
}

export function writeSequence(spec: SequenceSpec<ScheduleSpec>, place: Place, write: WriteChild): Family {
  const children: { schedule: ScheduleSpec; context: Context }[] = []
  const pieces = placePieces(spec, place.context, (schedule, context) => {
    children.push({ schedule, context })
    return compileTrack(schedule, context)
  })
  const written = pieces.flatMap(({ start, end }, index) => {
    const child = children[index]
    // A piece that begins after the run's end is never used.
    if (child === undefined || start >= place.limit) return []
    const limit = Math.min(end, place.limit) - start
    return [{ start, end, ...write(child.schedule, { file: place.file, context: child.context, limit }) }]
  })
  const moves = pieces.some((piece) => piece.momentum !== undefined)
  const body = (call: (piece: Written, step: string) => string): string[] =>
    written.flatMap((piece, index) => {
      const value = call(piece, piece.start === 0 ? 'step' : `step - ${piece.start}`)
      const last = index === written.length - 1
      return last ? [`return ${value}`] : [`if step < ${piece.end}:`, `    return ${value}`]
    })
  return {
    rate: body((piece, step) => `${piece.rate}(${step})`),
    ...(moves && {
      momentum: {
        body: body(({ momentum }, step) => (momentum ? `${momentum.name}(${step})` : 'None')),
        optional: written.some(({ momentum }) => momentum === undefined || momentum.optional),
      },
    }),
  }
}

export function writeChain(spec: ChainSpec<ScheduleSpec>, place: Place, write: WriteChild): Family {
  const recursive = spec.combine === 'recursive'
  // The recursion's rates are listed: of its factors only one that moves the momentum is called.
  const needed = recursive
    ? spec.factors.filter((factor) => compileTrack(factor, place.context).momentum !== undefined).slice(0, 1)
    : spec.factors
  const factors = needed.map((factor) => write(factor, place))
  const momentum = factors.find((factor) => factor.momentum !== undefined)?.momentum
  const rate = recursive
    ? recursiveLines(spec, place)
    : [`return ${[float(spec.lr), ...factors.map((factor) => `${factor.rate}(step)`)].join(' * ')}`]
  return {
    rate,
    ...(momentum && {
      momentum: { body: [`return ${momentum.name}(step)`], optional: momentum.optional },
    }),
  }
}

/** The recursion has no closed form: its rates are written out. */
function recursiveLines(spec: ChainSpec<ScheduleSpec>, place: Place): string[] {
  const { context } = place
  const tick = spec.tick === 'epoch' ? context.stepsPerEpoch : 1
  const ticks = Math.ceil(place.limit / tick)
  const { lr } = compileChain(spec, context, compileTrack)
  return writeTable(place.file, ticks, tick, (at) => lr(at * tick))
}
