import { type Member, type Scores, score, type Truth } from '../../shared/ensemble/index.ts'
import { UserError } from '../../shared/errors.ts'
import type { Predictions } from '../../shared/run/messages.ts'
import type { SnapshotRecord, Store } from '../store/types.ts'

/** What some snapshots answered on one part of the data. */
export interface Part {
  readonly members: readonly Member[]
  readonly truth: Truth
  readonly scores: readonly Scores[]
}

/** Undefined where the run keeps no such part. @throws UserError where they were scored on different examples */
export function loadPart(
  store: Store,
  snapshots: readonly SnapshotRecord[],
  part: Predictions['part'],
): Part | undefined {
  const found = snapshots.flatMap(({ id }) => {
    const predictions = store.read.predictions(id, part)
    return predictions === undefined || predictions.labels.length === 0 ? [] : [predictions]
  })
  const [first] = found
  if (first === undefined || found.length < snapshots.length) return undefined
  const stray = found.findIndex(
    ({ classes, labels }) =>
      classes !== first.classes ||
      labels.length !== first.labels.length ||
      labels.some((label, n) => label !== first.labels[n]),
  )
  if (stray !== -1) {
    const other = found[stray]
    const at = other?.labels.findIndex((label, n) => label !== first.labels[n]) ?? -1
    const differing =
      at === -1 || other?.classes !== first.classes
        ? ''
        : ` (first at example ${at} of the part: label ${other.labels[at]}, and ${first.labels[at]})`
    throw new UserError(
      `While building the ensemble: run ${snapshots[stray]?.runId} was scored on other ${part} examples than run ${snapshots[0]?.runId}${differing}; combine runs of the same data and split.`,
    )
  }
  const truth = { labels: first.labels, classes: first.classes }
  return { members: found, truth, scores: found.map(({ probs }) => score(probs, truth)) }
}
