import { MOST_STEP, type RunElsewhere } from '../../shared/run/elsewhere.ts'
import {
  type EvaluationScore,
  evaluationScores,
  partOfFolder,
  roleOfTag,
  type TagRole,
  tagRole,
} from '../../shared/run/tagRoles.ts'
import type { ElsewhereBatch, ElsewhereEvaluation, ElsewherePoints } from '../store/types/elsewhere.ts'
import type { EventReading } from '../store/types/followed.ts'
import { isDate, type ReadEvent } from './events.ts'

/** Series of a run, at most: a file may name a million. */
const MOST_SERIES = 2000
const seriesNames: Partial<Record<TagRole, string>> = {
  learningRate: 'lr',
  momentum: 'momentum',
  trainLoss: 'loss',
  trainAccuracy: 'accuracy',
}
/** Characters. */
const LONGEST_TAG = 500
const LONGEST_SETTING = 1000
const MOST_SETTINGS = 500
const isScore = (role: TagRole): role is EvaluationScore => evaluationScores.some((name) => name === role)

type Settings = Record<string, string | number | boolean>

/** Turns events into batches for the store, some thousand points at a time. */
export interface Gatherer {
  /**
   * Files of a folder come in order: the first value of a series in a file takes back what earlier files have of later steps,
   * also what these say only afterwards. @param isFresh whether it is read from its beginning
   */
  begin(file: string, isFresh: boolean): void
  note(words: string): void
  /** @returns whether there is enough for a batch */
  add(event: ReadEvent): boolean
  /** All since the last call. */
  take(): ElsewhereBatch
  /** An earlier file has said something that a later one, read before, should have taken back. */
  isOutOfOrder(): boolean
  readonly notes: ReadonlySet<string>
}

interface Pending {
  replacesFrom?: number
  readonly points: Map<number, number>
}

export interface KnownOfRun {
  readonly elsewhere: Pick<
    RunElsewhere,
    'tagRoles' | 'holders' | 'hyperparameters' | 'lastEventAt' | 'writer'
  >
  readonly reading: EventReading | undefined
  /** Names of its series. */
  readonly series: readonly string[]
  /** Its files in their order. */
  readonly files: readonly string[]
}

/** "" or the folder of a part that a file lies in. */
const folderOf = (file: string): string => file.split(/[\\/]/).slice(0, -1).join('/')

export function createGatherer({
  elsewhere: known,
  reading,
  series: knownSeries,
  files,
}: KnownOfRun): Gatherer {
  const holders = new Map<TagRole, string>()
  for (const [role, key] of Object.entries(known.holders)) {
    const parsed = tagRole.safeParse(role)
    if (parsed.success) holders.set(parsed.data, key)
  }
  const begun = new Map(
    Object.entries(reading?.begun ?? {}).map(([file, of]) => [file, new Map(Object.entries(of))]),
  )
  const restarts = new Map(Object.entries(reading?.restarts ?? {}))
  const series = new Set(knownSeries)
  /** By folder and tag. */
  const meanings = new Map<string, { readonly role: TagRole; readonly name: string } | undefined>()
  const notes = new Set<string>()
  const hyperparameters: Settings = { ...known.hyperparameters }
  let pending = new Map<string, Pending>()
  let evaluations = new Map<number, Partial<Record<EvaluationScore, number>> & { wallTime: number }>()
  let evaluationsReplaceFrom: Partial<Record<EvaluationScore, number>> = {}
  let current = ''
  let folder = ''
  /** Of the file that is read: series with the step of their first value in it. */
  let seen = new Map<string, number>()
  /** Steps from which later files stand in place of this one: of all series, and by series. */
  let endsAt = Number.POSITIVE_INFINITY
  let endsAtOf = new Map<string, number>()
  let outOfOrder = false
  let points = 0
  let lastEventAt = known.lastEventAt
  let startedAt: number | undefined
  let writer = known.writer

  const meaning = (tag: string) => {
    const key = folder === '' ? tag : `${folder}/${tag}`
    if (meanings.has(key)) return meanings.get(key)
    const said = known.tagRoles[key] ?? known.tagRoles[tag] ?? roleOfTag(tag, partOfFolder(folder))
    // Of several that say the same (the rates of parameter groups) the first stands for it.
    const holder = holders.get(said)
    const role = said !== 'other' && holder !== undefined && holder !== key ? 'other' : said
    const name = seriesNames[role] ?? key
    const isRoom = series.has(name) || series.size < MOST_SERIES
    if (isRoom) {
      series.add(name)
      if (role !== 'other') holders.set(role, key)
    }
    const made = isRoom ? { role, name } : undefined
    if (isRoom || meanings.size < 2 * MOST_SERIES) meanings.set(key, made)
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
    const end = Math.min(endsAt, endsAtOf.get(name) ?? Number.POSITIVE_INFINITY)
    if (!seen.has(name)) {
      seen.set(name, step)
      if (step < end) {
        outOfOrder ||= end < Number.POSITIVE_INFINITY
        cut(name, step)
        if (isScore(role)) cutEvaluations(role, step)
      }
    }
    if (step >= end) return
    seriesOf(name).points.set(step, value)
    points += 1
    if (!isScore(role) || (role.startsWith('train') && !/epoch/i.test(tag))) return
    if (role.endsWith('Accuracy') && (value < 0 || value > 1)) {
      notes.add(`${tag} has values outside 0 to 1, so it is a series and no accuracy.`)
      return
    }
    evaluations.set(step, {
      ...evaluations.get(step),
      wallTime: isDate(wallTime) ? wallTime : 0,
      [role]: value,
    })
  }

  /** @param isSure whether it takes the place of what is known */
  const learn = (settings: Readonly<Settings>, isSure: boolean): void => {
    for (const [name, value] of Object.entries(settings)) {
      const isKnown = Object.hasOwn(hyperparameters, name)
      if (isKnown && !isSure) continue
      if (name.length > LONGEST_TAG || (!isKnown && Object.keys(hyperparameters).length >= MOST_SETTINGS)) {
        notes.add(`Of its settings the first ${MOST_SETTINGS} are kept.`)
        return
      }
      hyperparameters[name] = typeof value === 'string' ? value.slice(0, LONGEST_SETTING) : value
    }
  }

  /** What earlier files of the folder, and this one, have of later steps goes. */
  const restart = (step: number): void => {
    restarts.set(current, Math.min(step, restarts.get(current) ?? step))
    outOfOrder ||= endsAt < Number.POSITIVE_INFINITY || endsAtOf.size > 0
    const holds = new Map([...holders].map(([role, key]) => [seriesNames[role] ?? key, role]))
    const own = [...begun].filter(([file]) => folderOf(file) === folder).flatMap(([, of]) => [...of.keys()])
    for (const name of new Set(own)) {
      cut(name, step)
      const role = holds.get(name)
      if (role !== undefined && isScore(role)) cutEvaluations(role, step)
    }
  }

  return {
    notes,
    isOutOfOrder: () => outOfOrder,
    begin(file, isFresh) {
      current = file
      folder = folderOf(file)
      if (isFresh) {
        begun.set(file, new Map())
        restarts.delete(file)
      }
      seen = begun.get(file) ?? new Map()
      begun.set(file, seen)
      const later = files.slice(files.indexOf(file) + 1).filter((other) => folderOf(other) === folder)
      endsAt = Math.min(...later.map((other) => restarts.get(other) ?? Number.POSITIVE_INFINITY))
      endsAtOf = new Map()
      for (const other of later)
        for (const [name, step] of begun.get(other) ?? [])
          endsAtOf.set(name, Math.min(step, endsAtOf.get(name) ?? step))
    },
    note: (words) => void notes.add(words),
    add(event) {
      const { step, wallTime } = event
      if (!Number.isInteger(step) || step < 0 || step > MOST_STEP) {
        notes.add(`Events with steps outside 0 to ${MOST_STEP} are left out.`)
        return false
      }
      learn(event.texts, false)
      learn(event.hyperparameters, true)
      if (isDate(wallTime)) {
        lastEventAt = Math.max(lastEventAt ?? wallTime, wallTime)
        startedAt = Math.min(startedAt ?? wallTime, wallTime)
      }
      writer ??= event.writer
      if (event.isRestart) restart(step)
      for (const { tag, value } of event.scalars)
        if (tag.length <= LONGEST_TAG) put(tag, value, event)
        else notes.add(`Tags of more than ${LONGEST_TAG} characters are left out.`)
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
        about: {
          hyperparameters,
          holders: Object.fromEntries(holders),
          lastEventAt,
          writer,
          notes: [...notes],
        },
        reading: {
          begun: Object.fromEntries([...begun].map(([file, of]) => [file, Object.fromEntries(of)])),
          restarts: Object.fromEntries(restarts),
        },
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
