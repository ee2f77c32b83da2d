import { z } from 'zod'

/** The program and what it stores. */
export interface About {
  readonly version: string
  /** Changes with every build of the window: a page of another build must be loaded anew. */
  readonly build: string
  readonly door: 'desktop' | 'browser'
  readonly database: string
  readonly home: string
  readonly node: string
  readonly platform: string
}

/** What is wrong with the place of the database; what each kind means stands in src-main/store/faults.ts. */
export type LabFaultKind = 'diskFull' | 'readOnly' | 'notYours' | 'locked' | 'broken' | 'damaged'

/** Something of a run whose stored bytes are not those that were stored. */
export interface DamageInfo {
  readonly runId: string
  /** The snapshot whose weights or predictions are damaged; null where it is another part of the run. */
  readonly snapshotId: number | null
  /** One sentence. */
  readonly words: string
}

/** Whether the lab can be written now, and what of it is damaged as far as it has been read. */
export interface LabHealth {
  /** read: nothing is stored before the program is started anew, for the reason of the fault. */
  readonly access: 'write' | 'read'
  /** Why writes are refused, in one sentence, and since when; null while all is well. */
  readonly fault: { readonly kind: LabFaultKind; readonly words: string; readonly since: number } | null
  readonly damage: readonly DamageInfo[]
}

export interface Storage {
  readonly databaseBytes: number
  readonly datasetBytes: number
  readonly runs: number
  readonly snapshots: number
  readonly metricPoints: number
  /** Bytes of the snapshots' tensors and predictions. */
  readonly snapshotBytes: number
  /** Bytes that the disk of the database has left; null where the system does not tell. */
  readonly freeBytes: number | null
  /** Deleted runs that can still be restored. */
  readonly deletedRuns: number
}

/** How long a training step of one model takes on this machine. */
export interface DeviceComparisonInfo {
  /** "ResNet-20, 32×32×3, batch 128". */
  readonly subject: string
  /** The fastest first, then those that could not be measured, with why. */
  readonly timings: readonly (
    | { readonly name: string; readonly device: string; readonly stepMs: number }
    | { readonly name: string; readonly failure: string }
  )[]
  readonly measuredAt: number
}

export interface DeviceInfo {
  /** As a run spec names it. */
  readonly name: string
  readonly available: boolean
  /** As users read it: "WebAssembly SIMD, 1 thread"; null where it is not available. */
  readonly device: string | null
  /** Why it is or is not available, and what to do about it. */
  readonly reason: string
  /** Whether "auto" takes it. */
  readonly chosen: boolean
}

/** The user's own TensorFlow, which the device cuda runs on. */
export interface TensorflowState {
  /** The Python environment that is set; null where none is. */
  readonly setting: string | null
  /** What names the environment that is looked at. A variable goes before the setting, an activated environment after it. */
  readonly source: 'ANNEAL_TENSORFLOW' | 'setting' | 'VIRTUAL_ENV' | 'CONDA_PREFIX' | null
  /** "2.21.0"; null where there is none that can be used. */
  readonly version: string | null
  /** Whether its addon is built. */
  readonly built: boolean
  /** What there is and what to do, in one sentence. */
  readonly words: string
}

/** A Python environment with TensorFlow; null forgets the one that is set. */
export const useTensorflow = z.strictObject({
  environment: z
    .string()
    .min(1, 'must name a folder')
    .max(4096, 'must have at most 4,096 characters')
    .nullable(),
})
export type UseTensorflow = z.infer<typeof useTensorflow>
