import { z } from 'zod'
import { countAtMost, snap, type Unit, unitField, unitSteps } from '../clock.ts'
import type { Written } from '../export/place.ts'
import type { CompositeRecord } from '../family.ts'
import { described } from '../fieldMeta.ts'
import { common } from '../fields.ts'
import { type Handle, inside, mostOfAList, timeHandle } from '../handles.ts'
import type { MomentumSpec } from '../momentum.ts'
import { joinCycles, type Piece, spanIn } from '../pieces.ts'
import { scaledLength } from '../scaledLength.ts'
import type { ScheduleSpec } from '../spec.ts'
import { type Context, rangeOf } from '../track.ts'
import { firstOf } from '../words.ts'

/**
 * Schedules one after the other, each from its own step 0 (PyTorch's SequentialLR). `length` is how long a piece lasts
 * and what its profiles stretch over; the last piece takes what is left of the budget and needs none.
 */
export interface SequenceSpec<Child> {
  kind: 'sequence'
  pieces: { schedule: Child; length?: number | undefined }[]
  unit: Unit
  momentum?: MomentumSpec | undefined
}

const schemaOf = (child: z.ZodType<ScheduleSpec>) =>
  z
    .strictObject({
      kind: z.literal('sequence'),
      pieces: described(
        z
          .array(z.strictObject({ schedule: child, length: z.number().min(0).max(1e9).optional() }))
          .min(1)
          .max(64),
        {
          label: 'Parts',
          help: 'A list of { "schedule", "length" }; the last takes what is left and needs no length.',
          control: 'schedules',
        },
      ),
      unit: unitField,
      ...common,
    })
    .refine((s) => s.pieces.slice(0, -1).every((piece) => piece.length !== undefined), {
      path: ['pieces'],
      error: 'every piece but the last must have a length',
    })

type Spec = SequenceSpec<ScheduleSpec>

const record: CompositeRecord<ReturnType<typeof schemaOf>, ScheduleSpec> = {
  name: 'Sequence',
  group: 'Composed',
  about: 'Schedules one after the other.',
  start: {},
  compile(spec, context, children) {
    const pieces = joinCycles(
      placePieces(spec, context).map(({ schedule, context: own, start, end }) => ({
        ...children.compile(schedule, own),
        start,
        end,
      })),
    )
    const starts = pieces.map((piece) => piece.start)
    const pieceAt = (step: number): Piece => {
      const piece = pieces[countAtMost(starts, step) - 1]
      if (piece === undefined) throw new Error('a sequence begins at step 0')
      return piece
    }
    const restarts = pieces.some((piece) => piece.endsCycle || piece.cycleAt !== undefined)
    const hasMomentum = pieces.some((piece) => piece.momentum !== undefined)
    return {
      lr(step) {
        const piece = pieceAt(step)
        return piece.lr(step - piece.start)
      },
      ...(hasMomentum && {
        momentum(step: number) {
          const piece = pieceAt(step)
          return piece.momentum?.(step - piece.start)
        },
      }),
      ...(restarts && { cycleAt: (step: number) => spanIn(pieces, pieceAt(step), step) }),
      range(total) {
        const run = pieces.filter((piece) => piece.start < total)
        const ranges = run.map((piece) => piece.range(Math.min(piece.end, total) - piece.start))
        return rangeOf(...ranges.flatMap(({ lrMin, lrMax }) => [lrMin, lrMax]))
      },
    }
  },
  write(spec, place, children) {
    // A piece that begins after the run's end is never used.
    const written = placePieces(spec, place.context)
      .filter(({ start }) => start < place.limit)
      .map(({ schedule, context, start, end }) => {
        const limit = Math.min(end, place.limit) - start
        return { start, end, ...children.write(schedule, { file: place.file, context, limit }) }
      })
    const moves = placePieces(spec, place.context).some(
      ({ schedule, context }) => children.compile(schedule, context).momentum !== undefined,
    )
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
  },
  label: (spec, children) =>
    firstOf(
      spec.pieces.map(({ schedule }) => children.label(schedule)),
      ' → ',
    ),
  summary: (spec, context, total, children) =>
    placePieces(spec, context)
      .map(({ schedule, context: own, start, end }) => {
        if (start >= total)
          return `(never begun: past the end of the run) ${children.summary(schedule, own, 1)}`
        return children.summary(schedule, own, Math.min(end, total) - start)
      })
      .join(', then '),
  handles(spec, place, children) {
    const unit = unitSteps(spec.unit, place)
    const open = place.openPart(place.path)
    const found: Handle[] = []
    let start = 0
    spec.pieces.forEach(({ schedule, length }, i) => {
      const steps = pieceSteps(length, unit, place.horizon - start)
      const isLast = i === spec.pieces.length - 1
      if (length !== undefined && !isLast && i < mostOfAList) {
        found.push(
          timeHandle(place, ['pieces', i, 'length'], `End of part ${i + 1}`, length, {
            origin: place.start + start,
            unit,
          }),
        )
      }
      if (i === open) {
        const inner = inside(place, ['pieces', i, 'schedule'], start, Math.max(1, steps))
        found.push(...children.handles(schedule, inner))
      }
      start += steps
    })
    return found
  },
  rescale: ({ pieces, unit }, share) => ({
    pieces: pieces.map((piece) =>
      piece.length === undefined ? piece : { ...piece, length: scaledLength(piece.length, unit, share) },
    ),
  }),
  readsBudget: (spec, children) =>
    (spec.unit === 'budget' && spec.pieces.length > 1) ||
    spec.pieces.some(({ schedule, length }) => {
      // What fills a piece of a length of its own has that for its budget.
      const hasOwnLength = length !== undefined && spec.unit !== 'budget'
      return !hasOwnLength && children.readsBudget(schedule)
    }),
  parts: (tree) => partsIn(tree).map((i) => ['pieces', i, 'schedule']),
  presets: [
    {
      id: 'warmup-stable-decay',
      name: 'Warm-up, stable, decay',
      source: 'Hu et al. (MiniCPM), arXiv 2404.06395, with a linear end',
      note: '5 % up, 80 % held, 15 % down: a trapezoid.',
      spec: {
        unit: 'budget',
        pieces: [
          { schedule: { kind: 'linear', lrStart: 0.001, lrEnd: 0.1 }, length: 0.05 },
          { schedule: { kind: 'constant', lr: 0.1 }, length: 0.8 },
          { schedule: { kind: 'linear', lrStart: 0.1 } },
        ],
      },
    },
  ],
}

/** @param child schema of the schedules inside of it */
export const sequence = (child: z.ZodType<ScheduleSpec>) => ({ ...record, schema: schemaOf(child) })

function partsIn(tree: unknown): number[] {
  const pieces: unknown = typeof tree === 'object' && tree !== null ? Reflect.get(tree, 'pieces') : undefined
  return Array.isArray(pieces) ? pieces.map((_, i) => i) : []
}

/** The steps of a piece, or `left` where it takes what is left of the budget. */
const pieceSteps = (length: number | undefined, unit: number, left: number): number =>
  length === undefined ? left : Math.round(snap(length * unit))

interface PlacedPiece {
  readonly schedule: ScheduleSpec
  /** The run as the piece sees it. */
  readonly context: Context
  readonly start: number
  /** Where the next piece begins; Infinity for the last. */
  readonly end: number
}

/** The pieces that last a step or more, each over its own length. */
function placePieces(spec: Spec, context: Context): PlacedPiece[] {
  const unit = unitSteps(spec.unit, context)
  const placed: PlacedPiece[] = []
  let start = 0
  spec.pieces.forEach(({ schedule, length }, index) => {
    const isLast = index === spec.pieces.length - 1
    const steps = pieceSteps(length, unit, context.horizon - start)
    if (steps <= 0 && !isLast) return
    const end = isLast ? Number.POSITIVE_INFINITY : start + steps
    const own = { ...context, horizon: Math.max(1, steps), origin: (context.origin ?? 0) + start }
    placed.push({ schedule, context: own, start, end })
    start += steps
  })
  return placed
}
