import { closeSync, fstatSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type LogRun, type LogTag, MOST_TAGS_SHOWN } from '../../shared/api/elsewhere.ts'
import { MOST_STEP, type RunElsewhere } from '../../shared/run/elsewhere.ts'
import { partOfFolder, roleOfTag, type TagRole } from '../../shared/run/tagRoles.ts'
import type { Store } from '../store/types.ts'
import { findEventRuns } from './eventFiles.ts'
import { decodeEvent, isDate, type ReadEvent } from './events.ts'
import type { EventRun } from './eventTree.ts'
import { type RecordEnd, records } from './records.ts'
import { bytesOf, type OnBytes, openEventFile, refuseOthers, runOfFolder } from './tensorboard.ts'

/** As many as an import takes. */
const MOST_SERIES = 2000

/** Milliseconds of reading before other work gets its turn. */
const TURN = 10

/** What an import would find in event files; nothing is stored. @throws UserError where there is nothing to read */
export async function previewLog(store: Store, given: string, onBytes: OnBytes): Promise<LogRun[]> {
  const found = await findEventRuns(given)
  for (const run of found) refuseOthers(run)
  const total = found.reduce((sum, run) => sum + bytesOf(run), 0)
  const runs: LogRun[] = []
  let done = 0
  for (const run of found) {
    const { bytes, ...read } = await inTurns(previewRun(store, run), (own) =>
      onBytes(Math.min(total, done + own), total),
    )
    done += bytes
    runs.push({ bytes, ...read })
  }
  return runs
}

/** Between turns others get theirs. */
async function inTurns<T>(pieces: Generator<number, T>, onTurn: (done: number) => void): Promise<T> {
  const files: Iterator<number, unknown> = pieces
  let turn = performance.now()
  try {
    for (;;) {
      const step = pieces.next()
      if (step.done === true) return step.value
      if (performance.now() - turn < TURN) continue
      onTurn(step.value)
      await setImmediate()
      turn = performance.now()
    }
  } finally {
    // Whoever leaves in the middle leaves no file open.
    files.return?.()
  }
}

/** Gives the bytes read so far of the run. */
function* previewRun(store: Store, run: EventRun): Generator<number, LogRun> {
  const known = runOfFolder(store, run.folder)
  const seen = createSeen(known?.elsewhere?.tagRoles ?? {}, known?.elsewhere?.holders)
  let before = 0
  for (const name of run.files) {
    const fd = openEventFile(path.join(run.folder, name))
    try {
      const { size } = fstatSync(fd)
      const folder = path.dirname(name) === '.' ? '' : path.dirname(name)
      const reading = records(fd, size, 0)
      for (let step = reading.next(); ; step = reading.next()) {
        if (step.done === true) {
          seen.end(name, step.value)
          break
        }
        const { data, isBroken, next } = step.value
        if (isBroken) seen.note(`${name} has damaged records, which are left out.`)
        const event = data && decodeEvent(data)
        if (event !== undefined) seen.add(folder, event)
        yield before + next
      }
      before += size
    } finally {
      closeSync(fd)
    }
  }
  return {
    name: run.name,
    folder: run.folder,
    files: run.files.length,
    bytes: before,
    known:
      known === undefined
        ? null
        : { id: known.id, name: known.name, isFollowed: known.elsewhere?.followed === true },
    ...seen.tell(),
  }
}

/** @param tagRoles said at an import before · @param before which tag had each role then */
function createSeen(tagRoles: RunElsewhere['tagRoles'], before: Readonly<Record<string, string>> = {}) {
  const tags = new Map<string, LogTag>()
  const holders = new Map(Object.entries(before))
  /** Of several tags that say the same (the rates of parameter groups) the first stands for it. */
  const roleOf = (folder: string, tag: string, name: string): TagRole => {
    const said = tagRoles[name] ?? tagRoles[tag] ?? roleOfTag(tag, partOfFolder(folder))
    const role = said !== 'other' && (holders.get(said) ?? name) !== name ? 'other' : said
    if (role !== 'other') holders.set(role, name)
    return role
  }
  const hyperparameters: Record<string, string | number | boolean> = {}
  const notes = new Set<string>()
  let lastEventAt: number | null = null
  const put = (folder: string, { tag, value }: ReadEvent['scalars'][number], event: ReadEvent): void => {
    const { step, wallTime } = event
    const name = folder === '' ? tag : `${folder}/${tag}`
    const before = tags.get(name)
    if (before === undefined && tags.size >= MOST_SERIES) {
      notes.add(`It has more than ${MOST_SERIES} tags: those that came later are left out.`)
      return
    }
    tags.set(name, {
      name,
      role: before?.role ?? roleOf(folder, tag, name),
      points: (before?.points ?? 0) + 1,
      firstStep: Math.min(before?.firstStep ?? step, step),
      lastStep: Math.max(before?.lastStep ?? step, step),
      lastWallTime: Math.max(before?.lastWallTime ?? 0, isDate(wallTime) ? wallTime : 0),
      lastValue: Number.isFinite(value) ? value : null,
    })
  }
  return {
    note: (words: string) => void notes.add(words),
    add(folder: string, event: ReadEvent): void {
      const { step, wallTime } = event
      if (!Number.isInteger(step) || step < 0 || step > MOST_STEP) {
        notes.add(`Events with steps outside 0 to ${MOST_STEP} are left out.`)
        return
      }
      for (const [name, value] of Object.entries(event.texts))
        if (!Object.hasOwn(hyperparameters, name)) hyperparameters[name] = value
      Object.assign(hyperparameters, event.hyperparameters)
      if (isDate(wallTime)) lastEventAt = Math.max(lastEventAt ?? wallTime, wallTime)
      for (const scalar of event.scalars) put(folder, scalar, event)
    },
    end(file: string, { state, offset }: RecordEnd): void {
      if (state === 'damaged')
        notes.add(`${file} is damaged from byte ${offset} on; what comes after is left out.`)
      if (state === 'unfinished')
        notes.add(`${file}: its last record is cut off; it is read once it is whole.`)
    },
    tell: () => ({
      tags: [...tags.values()].slice(0, MOST_TAGS_SHOWN),
      moreTags: Math.max(0, tags.size - MOST_TAGS_SHOWN),
      hyperparameters,
      lastEventAt,
      notes: [...notes].slice(0, 50),
    }),
  }
}
