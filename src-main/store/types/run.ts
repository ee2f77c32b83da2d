import type { RunChange, RunInfo, RunListChange } from '../../../shared/api/runs.ts'
import type { RunElsewhere } from '../../../shared/run/elsewhere.ts'
import type { InitialWeights } from '../../../shared/run/initial.ts'
import type { RunKind } from '../../../shared/run/kind.ts'
import type { StoredTensor, TrainerState } from '../../../shared/run/messages.ts'
import type { RunOrigin } from '../../../shared/run/origin.ts'
import type { RateTestSettings } from '../../../shared/run/rateTest.ts'
import type { EngineName, RunSpec } from '../../../shared/run/spec.ts'
import type { RunStatus } from '../../../shared/run/state.ts'
import type { SchedulePlan } from '../../../shared/schedule/index.ts'
import type { Placement } from '../../../shared/worker/placement.ts'

/** A run as it is stored: what every door shows of it, and what only the core needs. */
export interface RunRecord extends RunInfo {
  /** The program that runs it, as long as it is active. */
  readonly hostId: string | null
  /** What it trains on, as a spec names it; null before it trains, and where an older version trained it. */
  readonly deviceName: EngineName | null
  readonly finalWeightsSha256: string | null
}

export interface NewRun {
  readonly spec: RunSpec
  readonly datasetId: string
  readonly plan: SchedulePlan
  readonly totalSteps: number
  /** training when absent. */
  readonly kind?: RunKind
  readonly rateTest?: RateTestSettings
  readonly origin?: RunOrigin
  /** Of a run that another program trained: kind is elsewhere. */
  readonly elsewhere?: RunElsewhere
  /** What it begins with, where nobody else keeps that: its first checkpoint, before its first step. */
  readonly state?: TrainerState
  /** Weights given to it, kept as long as the run. */
  readonly initial?: { readonly about: InitialWeights; readonly tensors: readonly StoredTensor[] }
  readonly studyId?: string
  /** Where it is to train. Absent: where its study's runs do, here where it is in none. */
  readonly placement?: Placement | undefined
}

/** How many share the processor with a run. */
export interface ProcessorUse {
  /** Runs at once on it, at most. */
  readonly slots: number
  /** Others that train on it now, or may come to. */
  readonly others: number
}

export type NewPlan = Pick<NewRun, 'plan' | 'totalSteps'>

/** Which list of runs: deleted ones can be restored, and are in no other list. */
export type RunList = 'current' | 'archived' | 'deleted'

/** What changed in the lab since a version; applying it twice changes nothing. */
export interface LabChanges extends RunListChange {
  /** The version it leads to. */
  readonly version: number
}

/** What is new of one run. */
export interface RunNews extends Omit<RunChange, 'isHere'> {
  /** Given back, it repeats and loses nothing. */
  readonly cursor: string
}

export interface RunFilter {
  readonly status?: RunStatus
  readonly text?: string
  readonly tag?: string
  readonly archived?: boolean
  readonly limit?: number
}
