import { closeSync, fstatSync, openSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ReadFile } from '../../shared/run/elsewhere.ts'
import type { Store } from '../store/types.ts'
import { decodeEvent } from './events.ts'
import type { EventRun } from './eventTree.ts'
import { createGatherer, type Gatherer } from './gather.ts'
import { records } from './records.ts'

/** Milliseconds of reading before other work gets its turn. */
const TURN = 20
/** Sentences kept of a run. */
const MOST_NOTES = 50

export interface ReadOutcome {
  readonly isNew: boolean
  /** Time was up before the end. */
  readonly isMore: boolean
}

/** As readNew to its end, in turns, so that a long file holds up nobody. */
export async function readOn(
  store: Store,
  runId: string,
  run: EventRun,
  isOver: () => boolean = () => false,
): Promise<void> {
  while (!isOver() && readNew(store, runId, run, performance.now() + TURN).isMore) await setImmediate()
}

/**
 * Reads what its files have that was not read yet, also files that are new. What is read, and how far, is stored in one
 * transaction: a host that dies in between loses nothing, and reads nothing twice.
 * @param until a time of performance.now()
 */
export function readNew(
  store: Store,
  runId: string,
  run: EventRun,
  until: number = Number.POSITIVE_INFINITY,
): ReadOutcome {
  const { elsewhere } = store.read.run(runId)
  if (elsewhere === null) throw new Error(`Run ${runId} is one of our own.`)
  const reading = store.read.eventReading(runId)
  const gatherer = createGatherer({
    elsewhere,
    reading,
    series: store.read.seriesNames(runId),
    files: run.files,
  })
  // What a version before this one read says nothing of what it came to: then all is read again, to the same.
  const known = new Map(reading === undefined ? [] : elsewhere.files.map((file) => [file.name, file]))
  const before = JSON.stringify([...known])
  const put = (): void => {
    const batch = gatherer.take()
    const notes = [...new Set([...elsewhere.notes, ...gatherer.notes])].slice(-MOST_NOTES)
    const about = { ...batch.about, notes, files: [...known.values()] }
    store.write.putElsewhere(runId, { ...batch, about })
  }
  let isMore = false
  for (const name of run.files) {
    const file = path.join(run.folder, name)
    isMore = !readFile({ file, name, gatherer, known, put, until })
    if (isMore) break
  }
  const isNew = JSON.stringify([...known]) !== before
  if (gatherer.isOutOfOrder()) {
    startAgain(store, runId, gatherer)
    return { isNew: true, isMore: true }
  }
  if (isNew) put()
  return { isNew, isMore }
}

/** An earlier file began a series after a later one had: read in their order, the files give what they would have given. */
function startAgain(store: Store, runId: string, gatherer: Gatherer): void {
  const { about } = gatherer.take()
  store.write.putElsewhere(runId, {
    about: { ...about, files: [] },
    reading: { begun: {}, restarts: {} },
  })
}

interface FileReading {
  readonly file: string
  readonly name: string
  readonly gatherer: Gatherer
  readonly known: Map<string, ReadFile>
  readonly put: () => void
  readonly until: number
}

/** @returns whether all that can be read is read */
function readFile({ file, name, gatherer, known, put, until }: FileReading): boolean {
  const fd = openSync(file, 'r')
  try {
    const { size, ino } = fstatSync(fd)
    const inode = String(ino)
    const before = known.get(name)
    // Another file of this name took its place.
    const from = before?.inode === inode && before.offset <= size ? before.offset : 0
    gatherer.begin(name, from === 0)
    const reading = records(fd, size, from)
    for (;;) {
      const step = reading.next()
      if (step.done === true) {
        const { offset, state } = step.value
        if (state === 'damaged')
          gatherer.note(`${name} is damaged from byte ${offset} on; what comes after is left out.`)
        known.set(name, { name, inode, offset })
        return true
      }
      const { data, isBroken, next } = step.value
      if (isBroken) gatherer.note(`${name} has damaged records, which are left out.`)
      const event = data && decodeEvent(data)
      const isEnough = event !== undefined && gatherer.add(event)
      known.set(name, { name, inode, offset: next })
      if (isEnough) put()
      if (performance.now() >= until) return false
    }
  } finally {
    closeSync(fd)
  }
}
