import { z } from 'zod'
import { combine } from '../../shared/ensemble/index.ts'
import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import type { Part } from '../../shared/ensemble/predictions.ts'
import { parseOrExplain, UserError } from '../../shared/errors.ts'
import type { AverageAnswer } from '../../shared/run/average.ts'
import { ELSEWHERE_DATASET } from '../../shared/run/elsewhere.ts'
import type { Predictions } from '../../shared/run/messages.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { PredictionTable } from '../export/predictions/table.ts'
import type { SnapshotRecord, Store, StoreReads } from '../store/types.ts'
import { whyNoSnapshots } from '../trainedElsewhere.ts'
import { howOf } from './evaluate.ts'
import { placeExamples } from './examplePlaces.ts'
import { refuseOtherSplits, runsOf } from './sameSplit.ts'

interface Lab {
  readonly store: Store
  readonly catalogue: Catalogue
}

export interface ChosenMember {
  readonly snapshot: SnapshotRecord
  /** Shares sum to 1. */
  readonly weight: number
}

/** Stored predictions of a snapshot. @throws UserError where its run kept no such part */
export async function snapshotPredictions(
  lab: Lab,
  snapshot: SnapshotRecord,
  part: Part,
): Promise<PredictionTable> {
  const { probs, labels, classes } = storedPart(lab.store.read, snapshot, part)
  return {
    ...(await describePart(lab, snapshot, part, labels, classes)),
    answers: { of: 'model', probs },
  }
}

/** Stored predictions of every snapshot of a run. @throws UserError where it has none, or kept no such part */
export async function runPredictions(lab: Lab, runId: string, part: Part): Promise<PredictionTable> {
  const { read } = lab.store
  const snapshots = read.snapshots(runId)
  const [first] = snapshots
  if (first === undefined)
    throw new UserError(`While writing predictions: ${whyNoSnapshots(read.run(runId))}.`)
  const { labels, classes } = storedPart(read, first, part)
  return {
    ...(await describePart(lab, first, part, labels, classes)),
    answers: {
      of: 'run',
      snapshots: snapshots.map((snapshot) => ({
        id: snapshot.id,
        cycle: snapshot.cycle,
        read: () => storedPart(read, snapshot, part).probs,
      })),
    },
  }
}

/** What an ensemble answers, from its members' stored predictions. @throws UserError of members that cannot be combined */
export async function ensemblePredictions(
  lab: Lab,
  method: PredictionMethod,
  members: readonly ChosenMember[],
  part: Part,
): Promise<PredictionTable> {
  const { read } = lab.store
  const snapshots = members.map(({ snapshot }) => snapshot)
  const [first] = snapshots
  if (first === undefined) throw new Error('an ensemble has at least one member')
  refuseOtherSplits('writing predictions', runsOf(read, snapshots))
  const stored = snapshots.map((snapshot) => storedPart(read, snapshot, part))
  const labels = commonLabels(stored, snapshots)
  const classes = stored[0]?.classes ?? 0
  const weights = members.map(({ weight }) => weight)
  commonClasses(read, snapshots)
  const described = await describePart(lab, first, part, labels, classes)
  return { ...described, answers: { of: 'model', probs: combine(stored, classes, howOf(method, weights)) } }
}

/** What the model of averaged weights answered when it was made. @throws UserError where its run kept no such part */
export async function averagePredictions(
  lab: Lab,
  members: readonly ChosenMember[],
  { predictions }: Pick<AverageAnswer, 'predictions'>,
  part: Part,
): Promise<PredictionTable> {
  const [first] = members
  if (first === undefined) throw new Error('an average has at least one member')
  const found = predictions.find((each) => each.part === part)
  if (found === undefined || found.labels.length === 0)
    throw new UserError(
      `While writing predictions: run ${first.snapshot.runId} keeps no ${part} examples; choose the other part.`,
    )
  const { probs, labels, classes } = found
  const described = await describePart(lab, first.snapshot, part, labels, classes)
  return { ...described, answers: { of: 'model', probs } }
}

/** What a part's examples are, of the model that answered it. */
async function describePart(
  lab: Lab,
  snapshot: SnapshotRecord,
  part: Part,
  labels: Uint16Array,
  classes: number,
): Promise<Omit<PredictionTable, 'answers'>> {
  const places = await placeExamples(lab, { snapshotId: snapshot.id, part })
  return {
    part,
    classes: classNamesOf(lab.store.read, snapshot) ?? Array.from({ length: classes }, (_, k) => `${k}`),
    labels,
    places: places.state === 'known' ? places.examples : null,
  }
}

const classList = z.looseObject({ classes: z.array(z.string()) })

/** Undefined where the predictions came without a data set. */
function classNamesOf(read: StoreReads, { runId }: SnapshotRecord): string[] | undefined {
  const { datasetId } = read.run(runId)
  if (datasetId === ELSEWHERE_DATASET) return undefined
  const meta = read.datasets().find(({ id }) => id === datasetId)?.meta
  return parseOrExplain(classList, meta, `reading what is stored of data set ${datasetId}`).classes
}

/** Undefined where the predictions came without a data set. @throws UserError where members tell different classes apart */
export function commonClasses(read: StoreReads, snapshots: readonly SnapshotRecord[]): string[] | undefined {
  const lists = snapshots.map((snapshot) => classNamesOf(read, snapshot))
  const [first] = lists
  const stray = lists.findIndex((list) => JSON.stringify(list) !== JSON.stringify(first))
  if (stray === -1) return first
  throw new UserError(
    `While combining snapshots: run ${snapshots[stray]?.runId} has other classes than run ${snapshots[0]?.runId}; combine runs of the same data.`,
  )
}

/** @throws UserError where its run kept no such part */
function storedPart(read: StoreReads, { id, runId }: SnapshotRecord, part: Part): Predictions {
  const found = read.predictions(id, part)
  if (found !== undefined && found.labels.length > 0) return found
  throw new UserError(
    `While writing predictions: run ${runId} kept no ${part} predictions of snapshot ${id}; choose the other part, or leave it out.`,
  )
}

/** @throws UserError where members were scored on different examples */
function commonLabels(stored: readonly Predictions[], snapshots: readonly SnapshotRecord[]): Uint16Array {
  const [first] = stored
  if (first === undefined) throw new Error('an ensemble has at least one member')
  const stray = stored.findIndex(
    ({ labels }) =>
      labels.length !== first.labels.length || labels.some((label, i) => label !== first.labels[i]),
  )
  if (stray === -1) return first.labels
  throw new UserError(
    `While writing predictions: run ${snapshots[stray]?.runId} was scored on other examples than run ${snapshots[0]?.runId}; combine runs of the same data and split.`,
  )
}
