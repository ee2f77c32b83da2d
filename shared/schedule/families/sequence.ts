import { z } from 'zod'
import { countAtMost, snap, type Unit, unitField, unitSteps } from '../clock.ts'
import { common } from '../fields.ts'
import type { MomentumSpec } from '../momentum.ts'
import { type Context, type RateRange, rangeOf, type Span, shiftSpan, type Track } from '../track.ts'

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

export const sequenceSpec = <Child>(child: z.ZodType<Child>) =>
  z
    .strictObject({
      kind: z.literal('sequence'),
      pieces: z
        .array(z.strictObject({ schedule: child, length: z.number().min(0).max(1e9).optional() }))
        .min(1)
        .max(64),
      unit: unitField,
      ...common,
    })
    .refine((s) => s.pieces.slice(0, -1).every((piece) => piece.length !== undefined), {
      path: ['pieces'],
      error: 'every piece but the last must have a length',
    })

interface Piece extends Track {
  start: number
  /** Where the next piece begins; Infinity for the last. */
  end: number
  /** First step of the cycle this piece's first step lies in: earlier than `start` after a piece that ends no cycle. */
  cycleStart: number
  endsCycle: boolean
}

export function compileSequence<Child>(
  spec: SequenceSpec<Child>,
  context: Context,
  compile: (spec: Child, context: Context) => Track,
): Track {
  const pieces = joinCycles(placePieces(spec, context, compile))
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
    range: (steps) => rangeOver(pieces, steps),
    text: (steps) => pieces.map((piece) => pieceText(piece, steps)).join(', then '),
  }
}

function rangeOver(pieces: readonly Piece[], steps: number): RateRange {
  const run = pieces.filter((piece) => piece.start < steps)
  const ranges = run.map((piece) => piece.range(Math.min(piece.end, steps) - piece.start))
  return rangeOf(...ranges.flatMap(({ lrMin, lrMax }) => [lrMin, lrMax]))
}

function pieceText(piece: Piece, steps: number): string {
  if (piece.start >= steps) return `(never begun: past the end of the run) ${piece.text(1)}`
  return piece.text(Math.min(piece.end, steps) - piece.start)
}

/** The pieces that last a step or more, each compiled over its own length. */
export function placePieces<Child>(
  spec: SequenceSpec<Child>,
  context: Context,
  compile: (spec: Child, context: Context) => Track,
): Piece[] {
  const unit = unitSteps(spec.unit, context)
  const placed: Piece[] = []
  let start = 0
  spec.pieces.forEach((piece, index) => {
    const last = index === spec.pieces.length - 1
    const steps = piece.length === undefined ? context.horizon - start : Math.round(snap(piece.length * unit))
    if (steps <= 0 && !last) return
    const track = compile(piece.schedule, { ...context, horizon: Math.max(1, steps) })
    const end = last ? Number.POSITIVE_INFINITY : start + steps
    placed.push({ ...track, start, end, cycleStart: start, endsCycle: false })
    start += steps
  })
  return placed
}

/**
 * Finds which pieces end a cycle: those with restarts of their own, and those that fall to a rate from which the next
 * piece jumps up. A warm-up or a hold ends none: it belongs to the cycle of what follows.
 */
function joinCycles(pieces: Piece[]): Piece[] {
  let cycleStart = 0
  return pieces.map((piece, index) => {
    const next = pieces[index + 1]
    const lastRate = next === undefined ? 0 : piece.lr(next.start - piece.start - 1)
    const falls = next !== undefined && lastRate < piece.lr(0) && next.lr(0) > lastRate
    const endsCycle = next !== undefined && (piece.cycleAt !== undefined || falls)
    const joined = { ...piece, cycleStart, endsCycle }
    if (endsCycle && next !== undefined) cycleStart = next.start
    return joined
  })
}

function spanIn(pieces: readonly Piece[], piece: Piece, step: number): Span {
  const own = piece.cycleAt?.(step - piece.start)
  if (own !== undefined) {
    const span = shiftSpan(own, piece.start)
    return {
      ...span,
      start: own.start === 0 ? piece.cycleStart : span.start,
      end: Math.min(piece.end, span.end),
    }
  }
  const closing = pieces.find((later) => later.start >= piece.start && (later.endsCycle || later.cycleAt))
  if (closing === undefined) {
    return { start: piece.cycleStart, end: Number.POSITIVE_INFINITY, plannedEnd: Number.POSITIVE_INFINITY }
  }
  if (closing.cycleAt !== undefined) return spanIn(pieces, closing, closing.start)
  return { start: piece.cycleStart, end: closing.end, plannedEnd: closing.end }
}
