import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import path from 'node:path'
import { type LogRun, type LogTag, MOST_TAGS_SHOWN } from '../../shared/api/elsewhere.ts'
import { MOST_STEP } from '../../shared/run/elsewhere.ts'
import { partOfFolder, roleOfTag, type TagRole } from '../../shared/run/tagRoles.ts'
import type { RunRecord } from '../store/types.ts'
import { type EventRun, orUnreadable } from './eventFiles.ts'
import { decodeEvent, type ReadEvent } from './events.ts'
import { type RecordEnd, records } from './records.ts'

/** As many as an import takes. */
const MOST_SERIES = 2000

/** Bytes of the event files of a run. */
export const bytesOf = ({ folder, files }: EventRun): number =>
  files.reduce((sum, name) => {
    const file = path.join(folder, name)
    return sum + orUnreadable(file, () => statSync(file)).size
  }, 0)

/**
 * What an import of a run's files would find; nothing is stored. Gives the bytes read of the run so far.
 * @param known the run that the folder was read into before
 */
export function* previewRun(run: EventRun, known: RunRecord | undefined): Generator<number, LogRun> {
  const seen = createSeen(known)
  let before = 0
  for (const name of run.files) {
    const file = path.join(run.folder, name)
    const fd = orUnreadable(file, () => openSync(file, 'r'))
    try {
      const { size } = fstatSync(fd)
      const folder = path.dirname(name) === '.' ? '' : path.dirname(name)
      const reading = records(fd, size, 0)
      for (;;) {
        const step = reading.next()
        if (step.done === true) {
          seen.end(name, step.value)
          break
        }
        const event = decodeEvent(step.value.data)
        if (event !== undefined) seen.add(folder, event)
        yield before + step.value.next
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
    known: known === undefined ? null : { id: known.id, name: known.name, isFollowed: isBeingRead(known) },
    ...seen.tell(),
  }
}

/** Whether somebody goes on reading its files now. */
export const isBeingRead = ({ status, elsewhere }: RunRecord): boolean =>
  status === 'running' && elsewhere?.followed === true

function createSeen(known: RunRecord | undefined) {
  const tagRoles = known?.elsewhere?.tagRoles ?? {}
  const tags = new Map<string, LogTag>()
  const taken = new Set<TagRole>()
  /** Of several tags that say the same (the rates of parameter groups) the first stands for it. */
  const roleOf = (folder: string, tag: string, name: string): TagRole => {
    const said = tagRoles[name] ?? tagRoles[tag] ?? roleOfTag(tag, partOfFolder(folder))
    const role = said !== 'other' && taken.has(said) ? 'other' : said
    taken.add(role)
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
      lastWallTime: Math.max(before?.lastWallTime ?? wallTime, wallTime),
      lastValue: Number.isFinite(value) ? value : null,
    })
  }
  return {
    add(folder: string, event: ReadEvent): void {
      const { step, wallTime } = event
      if (!Number.isInteger(step) || step < 0 || step > MOST_STEP) {
        notes.add(`Events with steps outside 0 to ${MOST_STEP} are left out.`)
        return
      }
      Object.assign(hyperparameters, event.hyperparameters)
      lastEventAt = Math.max(lastEventAt ?? wallTime, wallTime)
      for (const scalar of event.scalars) put(folder, scalar, event)
    },
    end(file: string, { state, offset, broken }: RecordEnd): void {
      if (broken > 0) notes.add(`${file}: ${broken} records are damaged and left out.`)
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
