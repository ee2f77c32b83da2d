import type { StepWindow } from './scene.ts'

/* Moves of a window over what there is, in whatever unit: never out of it, never narrower than `least`. */

export type Span = readonly [number, number]

/** Zooms by a factor (below 1: in) about a place that stays where it is. */
export function scaled([from, to]: Span, factor: number, about: number, whole: Span, least: number): Span {
  const size = Math.min(whole[1] - whole[0], Math.max(least, (to - from) * factor))
  const share = to > from ? (Math.min(to, Math.max(from, about)) - from) / (to - from) : 0.5
  return inside([about - share * size, about - share * size + size], whole)
}

/** Moves by a share of its size. */
export function moved([from, to]: Span, share: number, whole: Span): Span {
  const by = share * (to - from)
  return inside([from + by, to + by], whole)
}

function inside([from, to]: Span, [first, last]: Span): Span {
  const size = Math.min(to - from, last - first)
  const start = Math.min(Math.max(from, first), last - size)
  return [start, start + size]
}

export const isWhole = ([from, to]: Span, [first, last]: Span): boolean => from <= first && to >= last

/** Whole steps of the run, at least two of them. */
export function stepsOf([from, to]: Span, totalSteps: number): StepWindow {
  const last = Math.max(1, totalSteps - 1)
  const first = Math.min(Math.max(0, Math.round(from)), last - 1)
  return { from: first, to: Math.min(last, Math.max(first + 1, Math.round(to))) }
}
