import { z } from 'zod'
import { runSpec } from '../run/spec.ts'

/*
 * A cell is one run of a study. Its key is the canonical JSON of what tells it from the others, so that no cell can be
 * stored twice, however often a study is interrupted.
 */

/**
 * cell: what the study asks. tuning: finds the rate for one. trunk, cooldown, separate: the parts of a trunk study.
 */
export const cellRole = z.enum(['cell', 'tuning', 'trunk', 'cooldown', 'separate'])
export type CellRole = z.infer<typeof cellRole>

export const studyCell = z.strictObject({
  key: z.string(),
  role: cellRole,
  /** What varies: the text or number that tables and charts show, by the axis's path ("schedule", "optimizer", "task"). */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  seed: z.int(),
  /** Share of the base's budget, in 0..1. */
  budget: z.number(),
  /** The rung of halving, or the stage of a study, from 0. */
  stage: z.int().min(0),
  /** Goes on from the state that the run of this cell has after so many steps. */
  after: z.strictObject({ key: z.string(), stepsDone: z.int() }).optional(),
  spec: runSpec,
})
export type StudyCell = z.infer<typeof studyCell>

/** A combination that makes no sense, with the reason in one sentence ("Adam has no momentum"). */
export interface LeftOut {
  readonly settings: StudyCell['settings']
  readonly reason: string
}
