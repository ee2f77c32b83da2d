import { MOST_STEP, type RunElsewhere } from '../../shared/run/elsewhere.ts'
import { partOfFolder, roleOfTag, type TagRole } from '../../shared/run/tagRoles.ts'
import {
  type ElsewhereBatch,
  type ElsewhereEvaluation,
  type ElsewherePoints,
  type EvaluationScore,
  evaluationScores,
} from '../store/types/elsewhere.ts'
import type { ReadEvent } from './events.ts'

/** Series of a run, at most: a file may name a million. */
const MOST_SERIES = 2000
const seriesNames: Partial<Record<TagRole, string>> = {
  learningRate: 'lr',
  momentum: 'momentum',
  trainLoss: 'loss',
  trainAccuracy: 'accuracy',
}
const isScore = (role: TagRole): role is EvaluationScore => evaluationScores.some((name) => name === role)

type Settings = Record<string, string | number | boolean>

/** Turns events into batches for the store, some thousand points at a time. */
export interface Gatherer {
  /** Files come in order; the first value of a tag in a file takes back what is of later steps. @param folder "" or that of a part · @param isFresh whether it is read from its beginning */
  begin(folder: string, isFresh: boolean): void
  note(words: string): void
  /** @returns whether there is enough for a batch */
  add(event: ReadEvent): boolean
  /** All since the last call. */
  take(): ElsewhereBatch
  readonly notes: ReadonlySet<string>
}

interface Pending {
  replacesFrom?: number
  readonly points: Map<number, number>
}

export function createGatherer(
  known: Pick<RunElsewhere, 'tagRoles' | 'hyperparameters' | 'lastEventAt'>,
): Gatherer {
  const holders = new Map<TagRole, string>()
  /** By folder and tag; `of` is the folder. */
  const names = new Map<string, { readonly role: TagRole; readonly name: string; readonly of: string }>()
  const notes = new Set<string>()
  const hyperparameters: Settings = { ...known.hyperparameters }
  let pending = new Map<string, Pending>()
  let evaluations = new Map<number, Partial<Record<EvaluationScore, number>> & { wallTime: number }>()
  let evaluationsReplaceFrom: Partial<Record<EvaluationScore, number>> = {}
  let folder = ''
  /** Series that the file has begun; undefined where it had been read in part before. */
  let seen: Set<string> | undefined
  let points = 0
  let lastEventAt = known.lastEventAt
  let startedAt: number | undefined

  const meaning = (tag: string) => {
    const key = folder === '' ? tag : `${folder}/${tag}`
    const found = names.get(key)
    if (found !== undefined || names.size >= MOST_SERIES) return found
    const said = known.tagRoles[key] ?? known.tagRoles[tag] ?? roleOfTag(tag, partOfFolder(folder))
    // Of several that say the same (the rates of parameter groups) the first stands for it.
    const role = said !== 'other' && holders.has(said) ? 'other' : said
    if (role !== 'other') holders.set(role, key)
    const made = { role, name: seriesNames[role] ?? key, of: folder }
    names.set(key, made)
    return made
  }
  const seriesOf = (name: string): Pending => {
    const series = pending.get(name) ?? { points: new Map() }
    pending.set(name, series)
    return series
  }
  const cut = (name: string, step: number): void => {
    const series = seriesOf(name)
    for (const at of series.points.keys()) if (at >= step) series.points.delete(at)
    series.replacesFrom = Math.min(series.replacesFrom ?? step, step)
  }
  const cutEvaluations = (score: EvaluationScore, step: number): void => {
    for (const [at, { [score]: _, ...others }] of evaluations) if (at >= step) evaluations.set(at, others)
    evaluationsReplaceFrom[score] = Math.min(evaluationsReplaceFrom[score] ?? step, step)
  }
  const put = (tag: string, value: number, { step, wallTime }: ReadEvent): void => {
    const found = meaning(tag)
    if (found === undefined) {
      notes.add(`It has more than ${MOST_SERIES} tags: those that came later are left out.`)
      return
    }
    const { role, name } = found
    if (seen !== undefined && !seen.has(name)) {
      seen.add(name)
      cut(name, step)
      if (isScore(role)) cutEvaluations(role, step)
    }
    seriesOf(name).points.set(step, value)
    points += 1
    if (!isScore(role) || (role.startsWith('train') && !/epoch/i.test(tag))) return
    if (role.endsWith('Accuracy') && (value < 0 || value > 1)) {
      notes.add(`${tag} has values outside 0 to 1, so it is a series and no accuracy.`)
      return
    }
    evaluations.set(step, { ...evaluations.get(step), wallTime, [role]: value })
  }

  return {
    notes,
    begin(of, isFresh) {
      folder = of
      seen = isFresh ? new Set() : undefined
    },
    note: (words) => void notes.add(words),
    add(event) {
      const { step, wallTime } = event
      if (!Number.isInteger(step) || step < 0 || step > MOST_STEP) {
        notes.add(`Events with steps outside 0 to ${MOST_STEP} are left out.`)
        return false
      }
      Object.assign(hyperparameters, event.hyperparameters)
      lastEventAt = Math.max(lastEventAt ?? wallTime, wallTime)
      startedAt = Math.min(startedAt ?? wallTime, wallTime)
      if (event.isRestart) {
        for (const { name, role, of } of names.values()) {
          if (of !== folder) continue
          cut(name, step)
          if (isScore(role)) cutEvaluations(role, step)
        }
      }
      for (const { tag, value } of event.scalars) put(tag, value, event)
      return points > 20_000
    },
    take() {
      const batch: ElsewhereBatch = {
        series: [...pending].map(([name, series]) => asPoints(name, series)),
        evaluations: [...evaluations].flatMap(([step, scores]) =>
          Object.keys(scores).length > 1 ? [asEvaluation(step, scores)] : [],
        ),
        evaluationsReplaceFrom,
        ...(startedAt !== undefined && { startedAt: Math.round(startedAt) }),
        about: { hyperparameters, lastEventAt, notes: [...notes] },
      }
      pending = new Map()
      evaluations = new Map()
      evaluationsReplaceFrom = {}
      points = 0
      return batch
    },
  }
}

function asPoints(name: string, { points, replacesFrom }: Pending): ElsewherePoints {
  const steps = Float64Array.from(points.keys()).sort()
  const values = steps.map((step) => points.get(step) ?? Number.NaN)
  return { name, steps, values, ...(replacesFrom !== undefined && { replacesFrom }) }
}

const asEvaluation = (
  step: number,
  { wallTime, ...scores }: Partial<Record<EvaluationScore, number>> & { wallTime: number },
): ElsewhereEvaluation => ({
  step,
  wallTime,
  trainLoss: null,
  trainAccuracy: null,
  valLoss: null,
  valAccuracy: null,
  testLoss: null,
  testAccuracy: null,
  ...scores,
})
