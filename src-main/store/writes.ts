import { putDataset } from './datasets.ts'
import { putDeviceComparison } from './deviceComparisons.ts'
import { createEndedElsewhere, putElsewhere } from './elsewhere.ts'
import { renameEnsemble, restoreEnsembles, saveEnsemble, trashEnsembles } from './ensembles.ts'
import { follow, putFollowedProblem, takeUpFollowed, unfollow } from './followed.ts'
import { claimQueuedRun, enqueueRun, enqueueRuns, moveQueuedRun } from './queue.ts'
import { recordEvents } from './record.ts'
import { putRequest, takeRequests } from './requests.ts'
import { keepReserve, withReserve } from './reserve.ts'
import {
  addEdit,
  annotate,
  annotateRuns,
  claimRun,
  createRun,
  createRuns,
  discardRun,
  saySetup,
  setStatus,
  type WriteContext,
} from './runWrites.ts'
import { putSlots } from './settings.ts'
import {
  addCells,
  cancelStudy,
  createStudy,
  editStudy,
  extendStudy,
  moveStudy,
  requeueRuns,
  setStudyStatus,
} from './studies.ts'
import { restoreStudy, trashStudy } from './studyTrash.ts'
import { createLogKeeper } from './tightDisk.ts'
import { createTrash } from './trash.ts'
import { expireTrash, restoreRuns, trashRuns } from './trashCan.ts'
import type { Store, StoreWrites } from './types.ts'

/** Milliseconds of deletion before other work gets its turn. */
const TURN = 10

/** All that changes the database: each call is one transaction, and tells other processes that something changed. */
export function createWrites(context: WriteContext): {
  readonly write: StoreWrites
  readonly record: Store['record']
  /** A write that other programs are told of. */
  readonly transaction: <T>(work: () => T) => T
  /** One that none is told of. */
  readonly quiet: <T>(work: () => T) => T
  close(): void
} {
  const { db, hosts } = context
  const trash = createTrash(context)
  const log = createLogKeeper(db)
  let emptying: NodeJS.Immediate | undefined

  const transaction = <T>(work: () => T): T => {
    hosts.register()
    return db.write(() => {
      const result = work()
      db.run('UPDATE lab SET version = version + 1')
      return result
    })
  }
  const quiet = <T>(work: () => T): T => {
    hosts.register()
    return db.write(work)
  }
  /** For what makes room, and for how a run ended: it must be stored on a full disk too. */
  const urgent = <T>(work: () => T): T => withReserve(db.path, () => transaction(work))
  const makeRoomAgain = (): void => {
    log.reset()
    keepReserve(db.path)
  }
  const empty = (): boolean => {
    try {
      const isMore = withReserve(db.path, () => trash.empty(TURN))
      if (!isMore) makeRoomAgain()
      return isMore
    } catch {
      // The file is busy or the disk full: the next program that opens the file goes on.
      return false
    }
  }
  const emptyInTurns = (): void => {
    emptying ??= setImmediate(() => {
      emptying = undefined
      if (empty()) emptyInTurns()
    })
  }
  const purge = (runIds: readonly string[]): void => {
    urgent(() => trash.hide(runIds))
    trash.throwAway(runIds)
    emptyInTurns()
  }
  try {
    expireTrash(context, transaction, purge)
  } catch {
    // The file is busy or the disk full: they go with the next opening.
  }
  if (trash.hasLeftovers) emptyInTurns()

  return {
    transaction,
    quiet,
    write: {
      putDataset: (dataset) => transaction(() => putDataset(context, dataset)),
      createRun: (run) => transaction(() => createRun(context, run)),
      createRuns: (runs) => transaction(() => createRuns(context, runs)),
      createEndedElsewhere: (run, batch) => transaction(() => createEndedElsewhere(context, run, batch)),
      enqueueRun: (run) => transaction(() => enqueueRun(context, run)),
      enqueueRuns: (runs) => transaction(() => enqueueRuns(context, runs)),
      claimQueuedRun: (studyId) => claimQueuedRun(context, transaction, studyId),
      moveQueuedRun: (runId, to) => transaction(() => moveQueuedRun(context, runId, to)),
      claimRun: (runId, replan) => transaction(() => claimRun(context, runId, replan)),
      putElsewhere: (runId, batch) => transaction(() => putElsewhere(context, runId, batch)),
      follow: (folder) => transaction(() => follow(context, folder)),
      takeUpFollowed: (path) => transaction(() => takeUpFollowed(context, path)),
      unfollow: (path) => transaction(() => unfollow(context, path)),
      putFollowedProblem: (path, problem) => transaction(() => putFollowedProblem(context, path, problem)),
      setStatus: (runId, status, reason) => urgent(() => setStatus(context, runId, status, reason)),
      saySetup: (runId, words) => transaction(() => saySetup(context, runId, words)),
      putDeviceComparison: (comparison) => transaction(() => putDeviceComparison(context, comparison)),
      addEdit: (runId, edit, totalSteps) => transaction(() => addEdit(context, runId, edit, totalSteps)),
      annotate: (runId, change) => transaction(() => annotate(context, runId, change)),
      annotateRuns: (change) => transaction(() => annotateRuns(context, change)),
      trashRuns: (runIds) => urgent(() => trashRuns(context, runIds)),
      restoreRuns: (runIds) => transaction(() => restoreRuns(context, runIds)),
      purgeRuns: purge,
      deleteRun: (runId) => purge([runId]),
      discardRun: (runId) => transaction(() => discardRun(context, runId)),
      createStudy: (study, cells) => transaction(() => createStudy(context, study, cells)),
      addCells: (studyId, cells, onlyIf) => transaction(() => addCells(context, studyId, cells, onlyIf)),
      extendStudy: (studyId, cells, change) =>
        transaction(() => extendStudy(context, studyId, cells, change)),
      setStudyStatus: (id, change) => transaction(() => setStudyStatus(context, id, change)),
      cancelStudy: (id) => transaction(() => cancelStudy(context, id)),
      requeueRuns: (studyId, requeue) => transaction(() => requeueRuns(context, studyId, requeue)),
      editStudy: (id, edit) => transaction(() => editStudy(context, id, edit)),
      moveStudy: (id, to) => transaction(() => moveStudy(context, id, to)),
      trashStudy: (id, runs) => urgent(() => trashStudy(context, id, runs)),
      restoreStudy: (id) => transaction(() => restoreStudy(context, id)),
      putSlots: (slots) => transaction(() => putSlots(context, slots)),
      saveEnsemble: (ensemble) => transaction(() => saveEnsemble(context, ensemble)),
      renameEnsemble: (id, name) => transaction(() => renameEnsemble(context, id, name)),
      trashEnsembles: (ids) => transaction(() => trashEnsembles(context, ids)),
      restoreEnsembles: (ids) => transaction(() => restoreEnsembles(context, ids)),
      request: (runId, command) => transaction(() => putRequest(context, runId, command)),
      takeRequests: (runId) => takeRequests(context, runId),
      heartbeat: () => hosts.heartbeat(),
      sweepDeadRuns: () => withReserve(db.path, () => hosts.sweep()),
    },
    record(events) {
      log.look()
      return transaction(() => recordEvents(context, events))
    },
    close() {
      if (emptying !== undefined) clearImmediate(emptying)
      while (empty());
      hosts.leave()
    },
  }
}
