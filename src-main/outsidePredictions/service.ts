import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { z } from 'zod'
import type {
  ImportPredictions,
  PredictionsImported,
  PredictionsMember,
  PredictionsPreview,
} from '../../shared/api/outsidePredictions.ts'
import { score } from '../../shared/ensemble/index.ts'
import { UserError } from '../../shared/errors.ts'
import { ELSEWHERE_DATASET, runElsewhere } from '../../shared/run/elsewhere.ts'
import { parseRunSpec } from '../../shared/run/spec.ts'
import type { Catalogue } from '../datasets/index.ts'
import type { ElsewhereSnapshot } from '../store/types/elsewhere.ts'
import type { Store } from '../store/types.ts'
import { MAX_VALUES } from './labels.ts'
import { type OnFile, type ReadMember, readMembers } from './members.ts'
import { type Truth, truthOf } from './truth.ts'

export interface PredictionsService {
  /** What an import would store. @throws UserError naming file, row and remedy */
  preview(request: ImportPredictions, onFile?: OnFile): Promise<PredictionsPreview>
  /** Stores a run of them: all of its members or nothing. @throws UserError as `preview` */
  import(request: ImportPredictions, onFile?: OnFile): Promise<PredictionsImported>
}

export function createPredictionsService(store: Store, catalogue: Catalogue): PredictionsService {
  const read = async (request: ImportPredictions, onFile?: OnFile) => {
    const members = await readMembers(request, onFile)
    const truth = await truthOf(request, members, catalogue)
    return { members, truth, preview: describe(request, members, truth) }
  }
  return {
    preview: async (request, onFile) => (await read(request, onFile)).preview,
    async import(request, onFile) {
      const { members, truth, preview } = await read(request, onFile)
      const { dataset } = truth
      if (dataset !== undefined)
        store.write.putDataset({
          id: dataset.meta.id,
          name: dataset.meta.name,
          folder: dataset.folder,
          meta: z.json().parse(dataset.meta),
        })
      const { id, name } = store.write.createEndedElsewhere(
        {
          spec: standInSpec(request, members.length, dataset?.meta.name),
          datasetId: dataset?.meta.id ?? ELSEWHERE_DATASET,
          plan: { totalSteps: members.length, stepsPerEpoch: 1 },
          totalSteps: members.length,
          kind: 'elsewhere',
          elsewhere: runElsewhere.parse({
            from: 'predictions',
            path:
              request.files.length === 1
                ? (request.files[0] ?? '')
                : request.files.map((file) => basename(file)).join(', '),
            followed: false,
            hyperparameters: Object.fromEntries(
              members.map(({ file }, i) => [`snapshot ${i + 1}`, request.memberNames?.[i] || file]),
            ),
            ...(dataset === undefined && { labels: hashOf(truth.labels) }),
          }),
        },
        { snapshots: members.map((member, i) => snapshotOf(member, i, request.part, truth.labels)) },
      )
      return { ...preview, runId: id, runName: name }
    },
  }
}

function snapshotOf(
  { probs, classes }: ReadMember,
  i: number,
  part: ImportPredictions['part'],
  labels: Uint16Array<ArrayBuffer>,
): ElsewhereSnapshot {
  const { nll, accuracy } = score(probs, { labels, classes })
  const isTest = part === 'test'
  return {
    cycle: i + 1,
    step: i,
    valLoss: isTest ? null : nll,
    valAccuracy: isTest ? null : accuracy,
    testLoss: isTest ? nll : null,
    testAccuracy: isTest ? accuracy : null,
    predictions: [{ part, classes, probs, labels }],
  }
}

/** What nobody knows of it stands for nothing: one step a member, at a rate that was never used. */
function standInSpec(
  { name, files, dataset }: ImportPredictions,
  members: number,
  called: string = ELSEWHERE_DATASET,
) {
  const [first = ''] = files
  return parseRunSpec({
    name:
      name ??
      `predictions of ${basename(first)}${members > 1 ? ` and ${members - 1} more` : ''}`.slice(0, 200),
    dataset: { ...dataset, name: called },
    schedule: { kind: 'constant', lr: 0.1 },
    budget: { steps: members },
    snapshots: { at: 'steps', steps: Array.from({ length: members }, (_, i) => i + 1) },
  })
}

const hashOf = (labels: Uint16Array): string =>
  createHash('sha256')
    .update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength))
    .digest('hex')

function describe(
  request: ImportPredictions,
  members: readonly ReadMember[],
  { labels, from }: Truth,
): PredictionsPreview {
  const classes = members[0]?.classes ?? 0
  if (members.length * labels.length * classes > MAX_VALUES)
    throw new UserError(
      `While reading predictions: ${members.length} files of ${labels.length} examples and ${classes} classes are more than ${MAX_VALUES} numbers; import fewer at once.`,
    )
  return {
    members: members.map(({ file, columns, as, probs, warnings }): PredictionsMember => {
      const { accuracy, nll, brier, ece } = score(probs, { labels, classes })
      const guess = 1 / classes
      const isBad = accuracy < guess / 2
      return {
        file,
        columns,
        as,
        scores: { accuracy, nll, brier, ece },
        warnings: isBad
          ? [...warnings, 'It is right less often than by chance: check the order of examples and classes.']
          : warnings,
      }
    }),
    examples: labels.length,
    classes,
    part: request.part,
    labelsFrom: from,
  }
}
