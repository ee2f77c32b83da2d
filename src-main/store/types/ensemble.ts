import type { EnsembleMethod } from '../../../shared/ensemble/methods.ts'

export interface NewEnsemble {
  readonly name: string
  readonly method: EnsembleMethod
  readonly members: readonly { readonly snapshotId: number; readonly weight: number }[]
  readonly valAccuracy: number | null
  readonly testAccuracy: number | null
  /** Other scores (NLL, Brier, ECE) by name. */
  readonly scores: Readonly<Record<string, number | null>>
}

export interface EnsembleRecord extends NewEnsemble {
  readonly id: number
  readonly createdAt: number
}
