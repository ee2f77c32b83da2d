import { z } from 'zod'
import { type StudyCellInfo, studyStatus } from '../../shared/api/studies.ts'
import { runStatus } from '../../shared/run/state.ts'
import { type StudyCell, studyCell } from '../../shared/study/cell.ts'
import { type StudySpec, studySpec } from '../../shared/study/spec.ts'
import { placement } from '../../shared/worker/placement.ts'
import { json, specColumn } from './rows.ts'

/* Rows of studies and their cells. What an older or newer host wrote is read as far as it can be: a study always opens. */

export const STUDY_COLUMNS = `id, name, spec, status, reason, place, slots, placement, note, created_at AS createdAt,
  ended_at AS endedAt, changed`

export const studyRow = z.object({
  id: z.string(),
  name: z.string(),
  /** Undefined where it is none that this version reads. */
  spec: json(z.json()).transform(readableSpec),
  status: studyStatus,
  reason: z.string().nullable(),
  place: z.number(),
  slots: z.number().nullable(),
  /** One that only a newer version can read is still placed elsewhere, where nobody here offers it. */
  placement: json(placement).nullable(),
  note: z.string(),
  createdAt: z.number(),
  endedAt: z.number().nullable(),
  changed: z.number(),
})
export type StudyRow = z.infer<typeof studyRow>

/** Fields of a newer version are passed over. */
function readableSpec(written: z.core.util.JSONType): StudySpec | undefined {
  let known = written
  // Each round takes away the unknown fields that the one before uncovered.
  for (let round = 0; round < 8; round++) {
    const parsed = studySpec.safeParse(known)
    if (parsed.success) return parsed.data
    const unknown = parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [],
    )
    if (unknown.length === 0) return undefined
    known = unknown.reduce(without, known)
  }
  return undefined
}

function without(value: z.core.util.JSONType, [key, ...rest]: readonly PropertyKey[]): z.core.util.JSONType {
  if (typeof value !== 'object' || value === null || key === undefined) return value
  if (Array.isArray(value)) return value.map((each, i) => (i === key ? without(each, rest) : each))
  const entries = Object.entries(value)
  if (rest.length === 0) return Object.fromEntries(entries.filter(([name]) => name !== key))
  return Object.fromEntries(entries.map(([name, each]) => [name, name === key ? without(each, rest) : each]))
}

/**
 * The study that stands for one that cannot be read: the sweep that its cells are, so that what was trained can be looked at.
 */
export function specOfCells(cells: readonly Pick<StudyCell, 'settings' | 'seed'>[]): StudySpec {
  const values = new Map<string, Set<string | number | boolean | null>>()
  for (const { settings } of cells)
    for (const [path, value] of Object.entries(settings))
      values.set(path, (values.get(path) ?? new Set()).add(value))
  const axes = [...values].slice(0, 12).map(([path, each]) => ({ path, values: [...each] }))
  const seeds = [...new Set(cells.map(({ seed }) => seed))]
  return {
    kind: 'sweep',
    base: {},
    objective: 'validationAccuracy',
    axes: axes.length > 0 ? axes : [{ path: 'seed', values: seeds.length > 0 ? seeds : [1] }],
    search: { method: 'grid' },
  }
}

const plannedCell = studyCell.omit({ spec: true })
const written = json(z.looseObject({}))

/** A cell of an older or newer version keeps what of it can be read. */
const cellColumn = written.transform((value) => {
  const { key, role, settings, seed, budget, stage, after } = plannedCell.shape
  return {
    key: key.catch('').parse(value.key),
    role: role.catch('cell').parse(value.role),
    settings: settings.catch({}).parse(value.settings),
    seed: seed.catch(0).parse(value.seed),
    budget: budget.catch(1).parse(value.budget),
    stage: stage.catch(0).parse(value.stage),
    after: after.catch(undefined).parse(value.after),
  }
})

const number = z.number().nullable()

/** A run's last evaluation: of the last epoch that has one. */
const LAST = `(SELECT epoch FROM epochs WHERE run_id = r.id AND (val_accuracy IS NOT NULL OR test_accuracy IS NOT NULL)
  ORDER BY epoch DESC LIMIT 1)`
export const CELLS = `SELECT c.ordinal, c.key, c.cell, c.run_id AS runId, c.changed,
  r.status, r.reason, r.diverged, r.steps_done AS stepsDone, r.total_steps AS totalSteps,
  e.val_accuracy AS valAccuracy, e.val_loss AS valLoss, e.test_accuracy AS testAccuracy, e.test_loss AS testLoss,
  (SELECT sum(seconds) FROM epochs WHERE run_id = r.id) AS seconds
FROM study_cells AS c
LEFT JOIN runs AS r ON r.id = c.run_id AND r.deleted_at IS NULL AND r.trashed_at IS NULL
LEFT JOIN epochs AS e ON e.run_id = r.id AND e.epoch = ${LAST}`

export const cellInfoRow = z
  .object({
    ordinal: z.number(),
    key: z.string(),
    cell: cellColumn,
    runId: z.string(),
    changed: z.number(),
    status: runStatus.nullable(),
    reason: z.string().nullable(),
    diverged: json(z.object({ step: z.number(), lr: z.number() })).nullable(),
    stepsDone: number,
    totalSteps: number,
    valAccuracy: number,
    valLoss: number,
    testAccuracy: number,
    testLoss: number,
    seconds: number,
  })
  .transform((row): { readonly changed: number; readonly info: StudyCellInfo } => {
    const { after, ...planned } = row.cell
    return {
      changed: row.changed,
      info: {
        ...planned,
        ...(after !== undefined && { after }),
        key: row.key,
        ordinal: row.ordinal,
        runId: row.runId,
        status: row.status ?? 'deleted',
        reason: row.reason,
        diverged: row.diverged,
        validationAccuracy: row.valAccuracy,
        validationLoss: row.valLoss,
        testAccuracy: row.testAccuracy,
        testLoss: row.testLoss,
        steps: row.stepsDone ?? 0,
        totalSteps: row.totalSteps ?? 0,
        seconds: row.seconds ?? 0,
      },
    }
  })

export const cellSpecRow = z.object({ ordinal: z.number(), spec: specColumn })
