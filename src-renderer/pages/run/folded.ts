import type { CompiledSchedule, Cycle } from '../../../shared/schedule/index.ts'

/* Cycles laid over each other: x is how far each is, so that what differs between them is seen. */

/** One a colour of the palette. */
const mostFolded = 8
/** Of one cycle's line, so that all of them together cost what one run's does. */
export const pointsPerCycle = 150

/** The cycles begun so far, the newest `mostFolded` of them. */
export function foldedCycles({ cycles }: CompiledSchedule, stepsDone: number): readonly Cycle[] {
  const begun = cycles.filter(({ start }) => start < stepsDone)
  return begun.slice(-mostFolded)
}

export type PhaseWindow = readonly [number, number]

/** How far a cycle is after a step, 0 after its first and 1 after its last as planned. */
export function phaseOf({ start, plannedEnd }: Cycle, step: number): number {
  const last = plannedEnd - 1 - start
  return last <= 0 ? 0 : (step - start) / last
}

/** The steps of a cycle within a part of it, both included. */
export function stepsWithin(cycle: Cycle, [from, to]: PhaseWindow): { from: number; to: number } {
  const last = cycle.plannedEnd - 1 - cycle.start
  return {
    from: cycle.start + Math.floor(from * last),
    to: Math.min(cycle.end - 1, cycle.start + Math.ceil(to * last)),
  }
}
