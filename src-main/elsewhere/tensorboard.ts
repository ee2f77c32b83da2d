import { closeSync, fstatSync, openSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../shared/errors.ts'
import type { ReadFile, RunElsewhere } from '../../shared/run/elsewhere.ts'
import type { RunRecord, Store } from '../store/types.ts'
import { createElsewhere } from './createElsewhere.ts'
import { type EventRun, findEventRuns, orUnreadable } from './eventFiles.ts'
import { decodeEvent } from './events.ts'
import { createGatherer, type Gatherer } from './gather.ts'
import { type RecordEnd, records } from './records.ts'

export interface TensorboardImport {
  readonly path: string
  /** Of a single run; else runs are called as their folders. */
  readonly name?: string | undefined
  readonly followed: boolean
  readonly tagRoles: RunElsewhere['tagRoles']
}

/**
 * Reads event files into runs, each as a whole or not at all; of one that was read before, what is new. While followed, a run
 * stays running.
 * @throws UserError when there is nothing to read, or a file is none of TensorBoard's
 */
export function importTensorboard(store: Store, asked: TensorboardImport): RunRecord[] {
  return runsToImport(asked).map((run) => importRun(store, run, asked))
}

/** @throws UserError as `importTensorboard` */
export function runsToImport({ path: given, name }: Pick<TensorboardImport, 'path' | 'name'>): EventRun[] {
  const found = findEventRuns(given)
  if (name !== undefined && found.length > 1)
    throw new UserError(
      `While importing event files: ${given} has ${found.length} runs, and one name was given; leave the name out, or give the folder of one run.`,
    )
  for (const run of found) refuseOthers(run)
  return found
}

/** The run that a folder was read into before. */
export const runOfFolder = (store: Store, folder: string): RunRecord | undefined =>
  store.read.runs().find(({ elsewhere }) => elsewhere?.from === 'tensorboard' && elsewhere.path === folder)

export function importRun(store: Store, run: EventRun, asked: TensorboardImport): RunRecord {
  const { followed, tagRoles } = asked
  const before = runOfFolder(store, run.folder)
  const { id } =
    before === undefined
      ? createElsewhere(store, {
          name: (asked.name ?? run.name).slice(0, 200),
          elsewhere: { from: 'tensorboard', path: run.folder, followed, tagRoles },
        })
      : store.write.claimRun(before.id)
  try {
    readNew(store, id, run)
    if (!followed) endFollowing(store, id)
    return store.read.run(id)
  } catch (error) {
    store.write.setStatus(id, 'interrupted', 'Its event files could not be read to their end.')
    if (before === undefined) store.write.deleteRun(id)
    throw error
  }
}

/** Nobody reads on, though its program may still write: the same import goes on with it. */
export function breakFollowing(store: Store, runId: string): void {
  store.write.putElsewhere(runId, { about: { followed: false } })
  store.write.setStatus(
    runId,
    'interrupted',
    'Its event files are no longer followed; the same import with --follow goes on.',
  )
}

/** What is read is all there is to come. */
function endFollowing(store: Store, runId: string): void {
  store.write.putElsewhere(runId, { about: { followed: false } })
  store.write.setStatus(runId, 'completed')
}

/** Reads what its files have that was not read yet, also files that are new. @returns whether there was anything */
export function readNew(store: Store, runId: string, { folder, files }: EventRun): boolean {
  const { elsewhere } = store.read.run(runId)
  if (elsewhere === null) throw new Error(`Run ${runId} is one of our own.`)
  const gatherer = createGatherer(elsewhere)
  const known = new Map(elsewhere.files.map((file) => [file.name, file]))
  const before = JSON.stringify([...known])
  for (const name of files) {
    const read = readFile(path.join(folder, name), name, known.get(name), gatherer, (at) => {
      known.set(name, at)
      const batch = gatherer.take()
      store.write.putElsewhere(runId, { ...batch, about: { ...batch.about, files: [...known.values()] } })
    })
    known.set(name, read)
  }
  const isNew = JSON.stringify([...known]) !== before
  if (isNew) {
    const batch = gatherer.take()
    const notes = [...new Set([...elsewhere.notes, ...gatherer.notes])].slice(-50)
    store.write.putElsewhere(runId, {
      ...batch,
      about: { ...batch.about, notes, files: [...known.values()] },
    })
  }
  return isNew
}

function readFile(
  file: string,
  name: string,
  known: ReadFile | undefined,
  gatherer: Gatherer,
  store: (at: ReadFile) => void,
): ReadFile {
  const fd = openSync(file, 'r')
  try {
    const { size, ino } = fstatSync(fd)
    const inode = String(ino)
    // Another file of this name took its place.
    const from = known?.inode === inode && known.offset <= size ? known.offset : 0
    gatherer.begin(path.dirname(name) === '.' ? '' : path.dirname(name), from === 0)
    const reading = records(fd, size, from)
    for (;;) {
      const step = reading.next()
      if (step.done === true) return said(step.value, name, inode, gatherer)
      const event = decodeEvent(step.value.data)
      if (event !== undefined && gatherer.add(event)) store({ name, inode, offset: step.value.next })
    }
  } finally {
    closeSync(fd)
  }
}

function said(
  { state, offset, broken }: RecordEnd,
  name: string,
  inode: string,
  gatherer: Gatherer,
): ReadFile {
  if (broken > 0) gatherer.note(`${name}: ${broken} records are damaged and left out.`)
  if (state === 'damaged')
    gatherer.note(`${name} is damaged from byte ${offset} on; what comes after is left out.`)
  return { name, inode, offset }
}

/** Before anything is stored. @throws UserError for a file that does not begin as one of TensorBoard's */
function refuseOthers({ folder, files }: EventRun): void {
  for (const name of files) {
    const file = path.join(folder, name)
    const fd = orUnreadable(file, () => openSync(file, 'r'))
    try {
      const { size } = fstatSync(fd)
      const first = records(fd, size, 0).next()
      const isOurs =
        first.done === true ? first.value.state !== 'damaged' : decodeEvent(first.value.data) !== undefined
      if (!isOurs)
        throw new UserError(
          `While importing event files: ${file} does not begin with a record of TensorBoard's (its first 12 bytes have another sum); take it out of the folder, or give the files one by one.`,
        )
    } finally {
      closeSync(fd)
    }
  }
}
