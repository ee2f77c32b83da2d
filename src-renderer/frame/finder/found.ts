import type { RunStatus } from '../../../shared/run/state.ts'

/** Something that the finder opens or does. */
export interface Found {
  readonly key: string
  readonly label: string
  /** By what else it is found: an id, tags. */
  readonly also?: readonly string[]
  readonly detail?: string
  readonly keys?: string
  readonly status?: RunStatus
  readonly run: () => void
}

export interface FoundGroup {
  readonly title: string
  readonly items: readonly Found[]
  /** As many are shown, the best. */
  readonly most: number
  /** Whether they are shown before anything is typed. */
  readonly atOnce: boolean
}
