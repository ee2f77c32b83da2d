import { z } from 'zod'
import { UserError, wordsOf } from '../../../../shared/errors.ts'
import { refuseDeepNesting } from '../../../../shared/json.ts'
import { type RunSpec, runSpec } from '../../../../shared/run/spec.ts'
import { findFamily, type ScheduleSpec, writtenPeak } from '../../../../shared/schedule/index.ts'
import type { StudyKind } from '../../../../shared/study/spec.ts'
import { type Placement, placement } from '../../../../shared/worker/placement.ts'
import { defaultSpec } from '../../new-run/model/draft.ts'
import { getAt, listAt, setAt, textAt } from '../../new-run/model/tree.ts'
import type { weightsOf } from '../../new-run/model/weights.ts'

/*
 * The draft of a study is a tree of plain JSON that may still be wrong, as that of a run is: the form writes into it, the JSON
 * view shows it, and the host says what is wrong with it.
 */

export interface StudyDraft {
  readonly tree: unknown
  /** Text of the JSON view that is no JSON yet. */
  readonly json: string | undefined
  /** What the other kinds had when they were last looked at. */
  readonly others: Readonly<Partial<Record<StudyKind, unknown>>>
  /** Texts of parts that are none yet: see partTexts.ts. */
  readonly texts: Readonly<Record<string, string>>
  /** Where its runs are to train; null: here. */
  readonly placement: Placement | null
}

const kinds: readonly StudyKind[] = ['sweep', 'budget', 'trunk']

export const kindOf = (tree: unknown): StudyKind =>
  kinds.find((kind) => kind === textAt(tree, ['kind'])) ?? 'sweep'

/** What all kinds have. */
const shared = ['name', 'base', 'objective', 'slots', 'initialWeights'] as const

/** What the form begins with: the base's own highest rate stands in the middle of what is asked. */
export function startOf(kind: StudyKind, base: RunSpec): object {
  const lr = writtenPeak(base.schedule) ?? 0.05
  switch (kind) {
    case 'sweep':
      return { kind, base, axes: [rateAxis(base.schedule, lr)], search: { method: 'grid' }, seeds: [1, 2, 3] }
    case 'budget':
      return {
        kind,
        base,
        schedules: [
          { label: 'REX', spec: { kind: 'rex', lrStart: lr } },
          { label: 'linear', spec: { kind: 'linear', lrStart: lr } },
          { label: 'cosine', spec: { kind: 'cosine', lrStart: lr } },
          // Not "none", as papers have it: "none came first" would be read as its contrary.
          { label: 'constant', spec: { kind: 'constant', lr } },
        ],
        budgets: [0.05, 0.1, 0.25, 1],
        seeds: [1, 2, 3],
        rates: { mode: 'fixed' },
      }
    case 'trunk':
      return {
        kind,
        base,
        lr,
        warmup: 0.05,
        budgets: [0.1, 0.25, 0.5, 1],
        cooldown: 0.2,
        shapes: ['1-sqrt'],
        separate: true,
        seeds: [1, 2, 3],
      }
  }
}

function rateAxis(schedule: ScheduleSpec, lr: number): object {
  const field = findFamily(schedule.kind)?.peak?.field
  const range = { from: rounded(lr / 10), to: rounded(lr * 10), count: 5, scale: 'log' }
  return field === undefined
    ? { path: 'optimizer.weightDecay', values: [0, 1e-4, 1e-3] }
    : { path: `schedule.${field}`, values: range }
}

const rounded = (value: number): number => Number(value.toPrecision(3))

/** @param initialWeights what its runs begin with; random when absent @param at where they train; null: here */
export const freshStudy = (
  kind: StudyKind = 'sweep',
  base: RunSpec = defaultSpec,
  initialWeights?: ReturnType<typeof weightsOf>,
  at: Placement | null = null,
): StudyDraft => ({
  tree: { ...startOf(kind, base), ...(initialWeights && { initialWeights }) },
  json: undefined,
  others: {},
  texts: {},
  placement: at,
})

/** The base as a run spec, with the defaults of what it leaves out; undefined where it is none. */
export function baseOf(tree: unknown): RunSpec | undefined {
  const parsed = runSpec.safeParse(getAt(tree, ['base']))
  return parsed.success ? parsed.data : undefined
}

/** Another kind of study about the same run; what was there before comes back when its kind does. */
export function switchKind(
  { tree, json, others, texts, placement: at }: StudyDraft,
  kind: StudyKind,
): StudyDraft {
  const before = kindOf(tree)
  const kept = { json: wrongJson(json), texts, placement: at }
  if (before === kind) return { tree, others, ...kept }
  const start = others[kind] ?? startOf(kind, baseOf(tree) ?? defaultSpec)
  const next = shared.reduce((held, key) => setAt(held, [key], getAt(tree, [key])), start as unknown)
  return { tree: next, others: { ...others, [before]: tree }, ...kept }
}

/** A tree read from text, or one sentence on why there is none. */
export function readStudyJson(
  text: string,
  what = 'A study',
): { readonly tree: unknown } | { readonly problem: string } {
  try {
    refuseDeepNesting(text, 'the study', 'reading the JSON')
    const tree: unknown = JSON.parse(text)
    if (typeof tree !== 'object' || tree === null || Array.isArray(tree))
      return {
        problem: `${what} must be a JSON object${what === 'A study' ? ' with at least "kind" and "base"' : ''}.`,
      }
    return { tree }
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message }
    return { problem: `This is not JSON: ${wordsOf(error)}` }
  }
}

/** Text of the JSON view that outlives a change in the form: what is no study stays until it is mended or thrown away. */
export const wrongJson = (json: string | undefined): string | undefined =>
  json !== undefined && 'problem' in readStudyJson(json) ? json : undefined

/** The trunk that answers a budget study's question cheaply: the same base, budgets and seeds. */
export function trunkOf(tree: unknown): unknown {
  const base = baseOf(tree)
  if (base === undefined) return undefined
  const start = startOf('trunk', base)
  const kept = (['name', 'objective', 'slots', 'initialWeights', 'seeds', 'budgets'] as const).reduce(
    (held, key) => (getAt(tree, [key]) === undefined ? held : setAt(held, [key], getAt(tree, [key]))),
    start as unknown,
  )
  // Only the trunk and its cool-downs: what it costs where nothing is trained beside it.
  return setAt(setAt(kept, ['separate'], false), ['warmup'], warmupFor(listAt(kept, ['budgets'])))
}

const usualWarmup = 0.05

/** The warm-up must end before the cool-down of the smallest budget begins: at most half of that. */
function warmupFor(budgets: readonly unknown[]): number {
  const least = Math.min(1, ...budgets.filter((budget) => typeof budget === 'number'))
  return Math.min(usualWarmup, Number((least / 2).toPrecision(3)))
}

const place = 'anneal.newStudy'
const stored = z.object({
  tree: z.record(z.string(), z.unknown()),
  json: z.string().optional(),
  others: z.partialRecord(z.enum(['sweep', 'budget', 'trunk']), z.unknown()).catch({}),
  texts: z.record(z.string(), z.string()).catch({}),
  placement: placement.nullable().catch(null),
})

/** The draft of this window as it was; undefined where there is none that can be read. */
export function recallStudy(shelf: Pick<Storage, 'getItem'>): StudyDraft | undefined {
  try {
    const found = stored.safeParse(JSON.parse(shelf.getItem(place) ?? 'null'))
    return found.success ? { ...found.data, json: found.data.json } : undefined
  } catch {
    return undefined
  }
}

export function keepStudy(shelf: Pick<Storage, 'setItem' | 'removeItem'>, draft: StudyDraft): void {
  try {
    shelf.setItem(place, JSON.stringify(draft))
  } catch {
    // Larger than the browser keeps: the form goes on without surviving a reload.
    shelf.removeItem(place)
  }
}
