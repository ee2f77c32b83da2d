import type { Cycle } from '../../shared/schedule/index.ts'

export interface RibbonDot {
  readonly step: number
  /** "cycle 2" */
  readonly name: string
  /** planned: hollow; stored: filled; best: ringed; lost: crossed (its step has passed and it is not there). */
  readonly state: 'planned' | 'stored' | 'best' | 'lost'
  readonly snapshotId?: number
  /** Of its step, also where the curve, of very many cycles, leaves that out. */
  readonly rate: number
  /** What a screen reader and the pointer are told: "cycle 2, 87.9 % validation". */
  readonly label: string
}

/** All that a ribbon draws: a run's, or a plan's that has not been launched (`stepsDone` 0). */
export interface RibbonData {
  readonly totalSteps: number
  readonly stepsDone: number
  /** Steps and rates, thinned so that every extreme stays. */
  readonly steps: readonly number[]
  readonly rates: readonly number[]
  readonly cycles: readonly Cycle[]
  /** By step: all of them, or of very many some evenly taken. */
  readonly dots: readonly RibbonDot[]
  /** How many there are. */
  readonly dotCount: number
}
