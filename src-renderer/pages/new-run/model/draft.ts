import { z } from 'zod'
import type { RunSummary } from '../../../../shared/api/runs.ts'
import { originKind } from '../../../../shared/run/origin.ts'
import { parseRunSpec, type RunSpec, runSpec } from '../../../../shared/run/spec.ts'
import { scheduleSpec } from '../../../../shared/schedule/index.ts'
import { type Placement, placement } from '../../../../shared/worker/placement.ts'
import { type DraftWeights, draftWeights, randomWeights, weightsOf } from './weights.ts'

/** A schedule kept in the preview to compare with. */
export const pinned = z.object({ id: z.string(), label: z.string(), schedule: scheduleSpec })
export type Pinned = z.infer<typeof pinned>

/** All that the page would lose in a reload. */
export interface Draft {
  /** The run spec as the form has it, valid or not. */
  readonly tree: unknown
  /** The text of the JSON view where it is not what the form says (malformed, or written in another way). */
  readonly json: string | undefined
  readonly pins: readonly Pinned[]
  /** The run it was started from. */
  readonly from: string | undefined
  /** The run whose state the new one begins with; undefined: fresh weights. */
  readonly parent: DraftParent | undefined
  /** What it begins with where it has no parent. */
  readonly weights: DraftWeights
  /** Where it is to train; null: here. */
  readonly placement: Placement | null
}

const draftParent = z.object({
  runId: z.string(),
  kind: originKind,
  /** In the state taken; the last one when absent. */
  stepsDone: z.int().optional(),
})
export type DraftParent = z.infer<typeof draftParent>

/** What trains as it is: whole cycles on the data that ships. */
export const defaultSpec: RunSpec = parseRunSpec({
  model: { kind: 'cnn', filters: [8, 16], dense: 128 },
  optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 },
  schedule: { kind: 'sgdr', lrMax: 0.05, t0: 3 },
  batchSize: 64,
  budget: { epochs: 12 },
})

export const freshDraft = (spec: RunSpec = defaultSpec, from?: string): Draft => ({
  tree: spec,
  json: undefined,
  pins: [],
  from,
  parent: undefined,
  weights: randomWeights,
  placement: null,
})

/**
 * A past run's spec to start from: all but its name, so that two runs can be told apart. The schedule, budget and snapshots
 * of a range test are those of its ramp: those of the draft, or the usual ones, stand in their place.
 */
export function specFrom(
  { kind, spec: { name: _, ...spec } }: Pick<RunSummary, 'kind' | 'spec'>,
  draft: unknown,
): RunSpec {
  if (kind !== 'rateTest') return spec
  const { schedule, budget, snapshots } = filledSpec(draft) ?? defaultSpec
  return { ...spec, schedule, budget, snapshots }
}

/**
 * The spec of a run that comes from another one, to be changed: steps of the parent's snapshots are none of its own, and it
 * runs again with the next seed.
 */
export function specOfChild(spec: RunSpec, { kind }: DraftParent): RunSpec {
  if (kind === 'again') return { ...spec, seed: spec.seed + 1 }
  return spec.snapshots.at === 'steps' ? { ...spec, snapshots: { at: 'cycleEnds' } } : spec
}

const place = 'anneal.newRun'
const stored = z.object({
  tree: z.unknown(),
  json: z.string().optional(),
  pins: z.array(pinned).catch([]),
  from: z.string().optional(),
  parent: draftParent.optional().catch(undefined),
  weights: draftWeights.catch(randomWeights),
  placement: placement.nullable().catch(null),
})

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** The draft of this window as it was; undefined where there is none that can be read. */
export function recallDraft(shelf: Shelf): Draft | undefined {
  try {
    const found = stored.safeParse(JSON.parse(shelf.getItem(place) ?? 'null'))
    if (!found.success) return undefined
    const { tree, json, from, parent, ...rest } = found.data
    return typeof tree === 'object' && tree !== null ? { tree, json, from, parent, ...rest } : undefined
  } catch {
    return undefined
  }
}

export function keepDraft(shelf: Shelf, draft: Draft): void {
  try {
    shelf.setItem(place, JSON.stringify(draft))
  } catch {
    // Larger than the browser keeps (a topology of megabytes): the form goes on without surviving a reload.
    shelf.removeItem(place)
  }
}

/** The spec as a user would write it in a file: the JSON view, and what is copied for `anneal train --spec`. */
export const specJson = (tree: unknown): string => JSON.stringify(tree, null, 2)

/** The file of "anneal train --spec": the spec, and what the run begins with. */
export function trainJson({ tree, parent, weights }: Pick<Draft, 'tree' | 'parent' | 'weights'>): string {
  const initialWeights = parent === undefined ? weightsOf(weights) : undefined
  return specJson({ ...Object(tree), ...(initialWeights && { initialWeights }) })
}

export const isSameSpec = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** A tree with the defaults of what it leaves out, where it is a valid spec. */
export function filledSpec(tree: unknown): RunSpec | undefined {
  const parsed = runSpec.safeParse(tree)
  return parsed.success ? parsed.data : undefined
}
