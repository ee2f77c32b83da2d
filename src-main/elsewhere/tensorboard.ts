import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import path from 'node:path'
import { UserError } from '../../shared/errors.ts'
import type { RunElsewhere } from '../../shared/run/elsewhere.ts'
import { unreadable } from '../datasets/userPaths.ts'
import type { RunRecord, Store } from '../store/types.ts'
import { createElsewhere } from './createElsewhere.ts'
import { findEventRuns } from './eventFiles.ts'
import { decodeEvent } from './events.ts'
import type { EventRun } from './eventTree.ts'
import { readOn } from './readNew.ts'
import { records } from './records.ts'

export interface TensorboardImport {
  readonly path: string
  /** Of a single run; else runs are called as their folders. */
  readonly name?: string | undefined
  readonly tagRoles: RunElsewhere['tagRoles']
}

/** Told in turns how far the reading came, bytes of all event files; what it throws ends the reading. */
export type OnBytes = (done: number, total: number) => void

/**
 * Reads event files into runs, all as a whole or none of those that are new; of one that was read before, what is new.
 * @throws UserError when there is nothing to read, or a file is none of TensorBoard's
 */
export async function importTensorboard(
  store: Store,
  asked: TensorboardImport,
  onBytes: OnBytes = () => undefined,
): Promise<RunRecord[]> {
  const found = await findEventRuns(asked.path)
  if (asked.name !== undefined && found.length > 1)
    throw new UserError(
      `While importing event files: ${asked.path} has ${found.length} runs, and one name was given; leave the name out, or give the folder of one run.`,
    )
  for (const run of found) refuseOthers(run)
  const total = found.reduce((sum, run) => sum + bytesOf(run), 0)
  const runs: RunRecord[] = []
  const made: string[] = []
  let done = 0
  try {
    for (const run of found) {
      const isNew = runOfFolder(store, run.folder) === undefined
      const stored = await importRun(store, run, asked, (read) =>
        onBytes(Math.min(total, done + read), total),
      )
      runs.push(stored)
      if (isNew) made.push(stored.id)
      done += bytesOf(run)
    }
  } catch (error) {
    for (const id of made) store.write.deleteRun(id)
    throw error
  }
  return runs
}

/** Bytes of the event files of a run. */
export const bytesOf = ({ folder, files }: EventRun): number =>
  files.reduce(
    (sum, name) => sum + (statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )

async function importRun(
  store: Store,
  run: EventRun,
  { name, tagRoles }: TensorboardImport,
  onRead: (bytes: number) => void,
): Promise<RunRecord> {
  const before = runOfFolder(store, run.folder)
  if (before !== undefined) refuseOtherRoles(before, tagRoles)
  const { id } =
    before === undefined ? createRunOf(store, run, { name, tagRoles }) : store.write.claimRun(before.id)
  try {
    await readOn(store, id, run, () => {
      onRead(store.read.run(id).elsewhere?.files.reduce((sum, { offset }) => sum + offset, 0) ?? 0)
      return false
    })
    store.write.setStatus(id, 'completed')
    return store.read.run(id)
  } catch (error) {
    store.write.setStatus(id, 'interrupted', 'Its event files could not be read to their end.')
    if (before === undefined) store.write.deleteRun(id)
    throw error
  }
}

/** The run that the files of a folder were read into. */
export function runOfFolder(store: Store, folder: string): RunRecord | undefined {
  return store.read
    .runs()
    .find(({ elsewhere }) => elsewhere?.from === 'tensorboard' && elsewhere.path === folder)
}

/** It is running from now on. */
export function createRunOf(
  store: Store,
  run: EventRun,
  { name, tagRoles, ...about }: Omit<TensorboardImport, 'path'> & Partial<RunElsewhere>,
): RunRecord {
  return createElsewhere(store, {
    name: (name ?? run.name).slice(0, 200),
    elsewhere: { ...about, from: 'tensorboard', path: run.folder, tagRoles },
  })
}

/** What was read stands under the roles that its tags had. @throws UserError where others are asked for now */
export function refuseOtherRoles({ id, name, elsewhere }: RunRecord, asked: RunElsewhere['tagRoles']): void {
  const other = Object.entries(asked).find(([tag, role]) => elsewhere?.tagRoles[tag] !== role)
  if (other !== undefined)
    throw new UserError(
      `While importing event files: run ${name} (${id}) was read from this folder before, with another role for the tag ${other[0]}; delete that run to read it anew.`,
    )
}

/** Before anything is stored. @throws UserError for a file that does not begin as one of TensorBoard's */
export function refuseOthers({ folder, files }: EventRun): void {
  for (const name of files) {
    const file = path.join(folder, name)
    if (!isEventFile(file))
      throw new UserError(
        `While importing event files: ${file} does not begin with a record of TensorBoard's (its first 12 bytes have another sum); take it out of the folder, or give the files one by one.`,
      )
  }
}

function isEventFile(file: string): boolean {
  const fd = openEventFile(file)
  try {
    const first = records(fd, fstatSync(fd).size, 0).next()
    if (first.done === true) return first.value.state !== 'damaged'
    return first.value.data !== undefined && decodeEvent(first.value.data) !== undefined
  } finally {
    closeSync(fd)
  }
}

/** @throws UserError where it may not be read */
export function openEventFile(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    throw unreadable(file, error)
  }
}
