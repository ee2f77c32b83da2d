import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { ensembleMethods } from '../../shared/ensemble/methods.ts'
import { wordsOf } from '../../shared/errors.ts'
import { runElsewhere } from '../../shared/run/elsewhere.ts'
import { initialWeights } from '../../shared/run/initial.ts'
import { runKind } from '../../shared/run/kind.ts'
import {
  schedulePlan,
  scores,
  storedTensor,
  trainerCommand,
  trainerPosition,
} from '../../shared/run/messages.ts'
import { runOrigin } from '../../shared/run/origin.ts'
import { rateTestSettings } from '../../shared/run/rateTest.ts'
import { engineName, type RunSpec, runSpec } from '../../shared/run/spec.ts'
import { runStatus } from '../../shared/run/state.ts'
import { scheduleEdit } from '../../shared/schedule/index.ts'
import { PLACE, placeColumn } from './placeColumn.ts'
import type { RunRecord } from './types.ts'

/** Rows as SQLite gives them, and what they become. Columns are renamed in the queries. */

export const idRow = z.object({ id: z.string() })
export const idNumberRow = z.object({ id: z.number() })

const flag = z.int().transform((value) => value !== 0)

/** SQLite has no NaN: it comes back as null. */
const realOrNaN = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN)

export const json = <T>(schema: z.ZodType<T>) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch (error) {
        context.addIssue(`is not JSON: ${wordsOf(error)}`)
        return z.NEVER
      }
    })
    .pipe(schema)

/** A list holds thousands of specs, and those of a study differ in name and seed only: the rest is checked once. */
const parsedSpecs = new LRUCache<string, RunSpec>({ max: 10_000 })
const ownFields = z.looseObject({ name: runSpec.shape.name, seed: runSpec.shape.seed })

export const specColumn = z.string().transform((text) => {
  const { name, seed, ...rest } = ownFields.parse(JSON.parse(text))
  const key = JSON.stringify(rest)
  const known = parsedSpecs.get(key) ?? runSpec.parse({ ...rest, seed })
  parsedSpecs.set(key, known)
  return { ...(name !== undefined && { name }), ...known, seed }
})

/** Studies come after the runs that were started by hand, in their own order. */
const QUEUE_PLACE = `queue_place + coalesce((SELECT place FROM studies WHERE studies.id = runs.study_id), 0) * 1000000`

export const RUN_COLUMNS = `
  id, name, kind, spec, rate_test AS rateTest, elsewhere, origin, initial, study_id AS studyId, dataset_id AS datasetId, status, reason, plan, total_steps AS totalSteps, steps_done AS stepsDone,
  attempt, ${PLACE} AS place, ${QUEUE_PLACE} AS queuePlace, host_id AS hostId, device_name AS deviceName, device,
  device_reason AS deviceReason, parameters,
  final_weights_sha256 AS finalWeightsSha256, favourite, archived, note,
  created_at AS createdAt, started_at AS startedAt, ended_at AS endedAt,
  (SELECT json_group_array(json(edit) ORDER BY ordinal) FROM run_edits WHERE run_id = runs.id) AS edits,
  (SELECT json_group_array(tag ORDER BY tag) FROM run_tags WHERE run_id = runs.id) AS tags`

export const runRow = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: runKind,
    spec: specColumn,
    rateTest: json(rateTestSettings).nullable(),
    elsewhere: json(runElsewhere).nullable(),
    origin: json(runOrigin).nullable(),
    initial: json(initialWeights).nullable(),
    studyId: z.string().nullable(),
    datasetId: z.string(),
    status: runStatus,
    reason: z.string().nullable(),
    plan: json(schedulePlan),
    edits: json(z.array(scheduleEdit)),
    totalSteps: z.number(),
    stepsDone: z.number(),
    attempt: z.number(),
    place: placeColumn,
    queuePlace: z.number().nullable(),
    hostId: z.string().nullable(),
    deviceName: engineName.nullable(),
    device: z.string().nullable(),
    deviceReason: z.string().nullable(),
    parameters: z.number().nullable(),
    finalWeightsSha256: z.string().nullable(),
    favourite: flag,
    archived: flag,
    tags: json(z.array(z.string())),
    note: z.string(),
    createdAt: z.number(),
    startedAt: z.number().nullable(),
    endedAt: z.number().nullable(),
  })
  .transform(({ plan, edits, ...row }): RunRecord => ({ ...row, planned: { plan, edits } }))

const scoreColumns = {
  valLoss: z.number().nullable(),
  valAccuracy: z.number().nullable(),
  testLoss: z.number().nullable(),
  testAccuracy: z.number().nullable(),
}

export const epochRow = z.object({
  epoch: z.number(),
  step: z.number(),
  trainLoss: realOrNaN,
  trainAccuracy: realOrNaN,
  ...scoreColumns,
  seconds: z.number(),
  trainingSeconds: z.number().nullable(),
})

/** The same for the window: what is not a number stays null. */
export const epochInfoRow = epochRow.extend({
  trainLoss: z.number().nullable(),
  trainAccuracy: z.number().nullable(),
})

/** Of an epoch, or of a snapshot in mid-epoch. */
export const evaluationRow = epochInfoRow
  .omit({ seconds: true, trainingSeconds: true })
  .extend({ epoch: z.number().nullable() })

export const snapshotRow = z.object({
  id: z.number(),
  runId: z.string(),
  cycle: z.number(),
  step: z.number(),
  lr: z.number(),
  weightsSha256: z.string(),
  bytes: z.number(),
  createdAt: z.number(),
  ema: json(scores).nullable(),
  ...scoreColumns,
})

export const positionColumn = json(trainerPosition)

export const normalisationColumn = json(z.object({ mean: z.array(z.number()), std: z.array(z.number()) }))

/** Null in a row that was stored before there were checksums. */
export const checksumColumn = z.number().nullable()

export const tensorRow = storedTensor.extend({
  shape: json(storedTensor.shape.shape),
  piece: z.number(),
  checksum: checksumColumn,
})

export const feedbackRow = z.object({ step: z.number(), lr: z.number(), reason: z.string() })

export const datasetRow = z.object({
  id: z.string(),
  name: z.string(),
  folder: z.string(),
  meta: json(z.json()),
  createdAt: z.number(),
})

export const requestRow = z.object({ id: z.number(), command: json(trainerCommand) })

export const requestFateRow = z.object({
  taken: z.number().transform(Boolean),
  refusal: z.string().nullable(),
})

const ensembleMember = z.object({ snapshotId: z.number(), weight: z.number() })

export const ensembleRow = z.object({
  id: z.number(),
  name: z.string(),
  method: z.enum(ensembleMethods),
  valAccuracy: z.number().nullable(),
  testAccuracy: z.number().nullable(),
  scores: json(z.record(z.string(), z.number().nullable())),
  createdAt: z.number(),
  members: json(z.array(ensembleMember)),
})

export const ensembleInfoRow = ensembleRow.extend({
  members: json(
    z.array(
      ensembleMember.extend({
        runId: z.string(),
        runName: z.string(),
        cycle: z.number(),
        valAccuracy: z.number().nullable(),
        testAccuracy: z.number().nullable(),
      }),
    ),
  ),
})
