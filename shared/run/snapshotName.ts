import type { RunSpec } from './spec.ts'

export interface NamedRun {
  readonly spec: Pick<RunSpec, 'snapshots'>
  readonly planned: { readonly plan: { readonly stepsPerEpoch: number } }
}

interface Taken {
  /** The number of the snapshot, from 1: that of its cycle where it is taken at the end of one. */
  readonly cycle: number
  /** The step after which it is taken. */
  readonly step: number
}

/** What a snapshot is called: by the cycle whose end it is, or by the epochs or steps trained by then. */
export interface SnapshotName {
  readonly unit: 'cycle' | 'epoch' | 'step'
  readonly number: string
}

/** Cycles only count the snapshots that are taken at the ends of cycles. */
export function snapshotName({ spec, planned }: NamedRun, { cycle, step }: Taken): SnapshotName {
  if (spec.snapshots.at === 'cycleEnds') return { unit: 'cycle', number: String(cycle) }
  if (spec.snapshots.at === 'steps') return { unit: 'step', number: String(step + 1) }
  return { unit: 'epoch', number: String(Number(((step + 1) / planned.plan.stepsPerEpoch).toFixed(2))) }
}

/** "cycle 3", "epoch 7.5" */
export const nameText = ({ unit, number }: SnapshotName): string => `${unit} ${number}`

/** Of one run: "cycle 3", "epochs 5, 10". */
export function namesText(names: readonly SnapshotName[]): string {
  const [first] = names
  if (first === undefined) return ''
  return `${first.unit}${names.length === 1 ? '' : 's'} ${names.map(({ number }) => number).join(', ')}`
}

/** Of one run, from the first to the last: "cycle 1", "cycles 1 to 5". */
export function spanText(names: readonly SnapshotName[]): string {
  const [first] = names
  const last = names.at(-1)
  if (first === undefined || last === undefined || names.length === 1) return namesText(names)
  return `${first.unit}s ${first.number} to ${last.number}`
}
