import { setImmediate } from 'node:timers/promises'
import type {
  ImportedLogRun,
  ImportLog,
  LogImportStep,
  LogPreviewStep,
  LogRun,
} from '../../shared/api/elsewhere.ts'
import type { Cancellation } from '../../shared/api/services.ts'
import type { Store } from '../store/types.ts'
import type { EventRun } from './eventFiles.ts'
import { bytesOf, isBeingRead, previewRun } from './previewLog.ts'
import { importRun, runOfFolder, runsToImport } from './tensorboard.ts'
import { Abandoned, inTurns } from './turns.ts'

/** Logs that other programs write, in pieces: a log may be gigabytes, and the window goes on meanwhile. */
export interface LogService {
  /** What an import would find, every event file read once. @throws UserError where there is nothing to read */
  preview(path: string, signal: Cancellation | undefined): AsyncGenerator<LogPreviewStep, void, undefined>
  /** @throws UserError as `preview`; then no run that it made stays */
  import(asked: ImportLog, signal: Cancellation | undefined): AsyncGenerator<LogImportStep, void, undefined>
}

export function createLogService(store: Store): LogService {
  return {
    async *preview(path, signal) {
      const found = runsToImport({ path })
      const place = placeIn(found)
      const runs: LogRun[] = []
      try {
        for (const run of found)
          runs.push(yield* inTurns(previewRun(run, runOfFolder(store, run.folder)), place.at(run), signal))
        yield { type: 'done', runs }
      } catch (error) {
        if (!(error instanceof Abandoned)) throw error
      }
    },
    import: (asked, signal) => importRuns(store, asked, signal),
  }
}

async function* importRuns(
  store: Store,
  { follow, path, name, tagRoles }: ImportLog,
  signal: Cancellation | undefined,
): AsyncGenerator<LogImportStep, void, undefined> {
  const found = runsToImport({ path, name })
  const place = placeIn(found)
  const results: ImportedLogRun[] = []
  let isWhole = false
  try {
    for (const run of found) {
      yield { type: 'progress', ...place.at(run) }
      await setImmediate()
      if (signal?.aborted === true) return
      results.push(importOne(store, run, { path, name, tagRoles, followed: follow }))
    }
    isWhole = true
    yield { type: 'done', runs: results }
  } finally {
    if (!isWhole) for (const { id, outcome } of results) if (outcome === 'new') discard(store, id)
  }
}

function importOne(store: Store, run: EventRun, asked: Parameters<typeof importRun>[2]): ImportedLogRun {
  const before = runOfFolder(store, run.folder)
  const stepsBefore = before?.stepsDone ?? 0
  if (before !== undefined && isBeingRead(before)) {
    const { id, name, stepsDone } = before
    return { id, name, outcome: 'followed', stepsBefore, steps: stepsDone, notes: [] }
  }
  const readBefore = JSON.stringify(before?.elsewhere?.files)
  const { id, name, elsewhere, stepsDone } = importRun(store, run, asked)
  const isSame = JSON.stringify(elsewhere?.files) === readBefore
  const outcome = before === undefined ? 'new' : isSame ? 'same' : 'grown'
  return { id, name, outcome, stepsBefore, steps: stepsDone, notes: elsewhere?.notes ?? [] }
}

/** Of an import that was broken off no run that it made stays. */
function discard(store: Store, id: string): void {
  if (store.read.run(id).status === 'running') store.write.setStatus(id, 'interrupted')
  store.write.deleteRun(id)
}

/** How far the import came before each run, in bytes of all event files. */
function placeIn(runs: readonly EventRun[]) {
  let total = 0
  const before = new Map<EventRun, number>()
  for (const run of runs) {
    before.set(run, total)
    total += bytesOf(run)
  }
  return { at: (run: EventRun) => ({ done: before.get(run) ?? 0, total }) }
}
