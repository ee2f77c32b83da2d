import { type Span, shiftSpan, type Track } from './track.ts'

/** A part of a sequence: a schedule from `start` on, counted from its own step 0. */
export interface Piece extends Track {
  start: number
  /** Where the next piece begins; Infinity for the last. */
  end: number
  /** First step of the cycle this piece's first step lies in: earlier than `start` after a piece that ends no cycle. */
  cycleStart: number
  endsCycle: boolean
}

/**
 * Finds which pieces end a cycle: those with restarts of their own, and those that fall to a rate from which the next
 * piece jumps up. A warm-up or a hold ends none: it belongs to the cycle of what follows.
 */
export function joinCycles(pieces: readonly Omit<Piece, 'cycleStart' | 'endsCycle'>[]): Piece[] {
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

export function spanIn(pieces: readonly Piece[], piece: Piece, step: number): Span {
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
