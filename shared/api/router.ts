import { tracked } from '@trpc/server'
import { z } from 'zod'
import { importOptions } from '../data/importOptions.ts'
import { previewOptions } from '../data/preview.ts'
import { csvColumns, datasetId, hostPath } from './datasets.ts'
import { dataPieces, dropUpload } from './dataUploads.ts'
import { logPath } from './elsewhere.ts'
import {
  averageWeights,
  ensembleIds,
  listEnsembles,
  measureAverageLines,
  measureLine,
  renameEnsemble,
  saveEnsemble,
  saveWeightAverage,
} from './ensembles.ts'
import { importEventFiles, unfollowFolder } from './eventFiles.ts'
import { useTensorflow } from './lab.ts'
import { datasetRows, placeExamples } from './mistakes.ts'
import { importPredictions, lookAtPredictions } from './outsidePredictions.ts'
import { answerExamples, predictorInput, uploadPiece } from './predictions.ts'
import { input, procedure, refusing, router } from './procedures.ts'
import {
  annotation,
  commandRun,
  extendRun,
  launchRun,
  listRuns,
  moveQueuedRun,
  placeRun,
  planSpec,
  runId,
  runIds,
} from './runs.ts'
import { valuesAtStep, viewSeries } from './series.ts'
import type { Update } from './services.ts'
import { sqlQuestion } from './sql.ts'
import {
  branchRun,
  commandStudy,
  editStudy,
  extendStudy,
  launchRateTest,
  launchStudy,
  planStudy,
  rankTestsInput,
  removeStudy,
  slotSettings,
  studyId,
  viewRateTest,
} from './studies.ts'
import { addWorker, commandWorker, inviteAgain, workerSettings } from './workers.ts'

const oneRun = z.strictObject({ id: runId })
const manyRuns = z.strictObject({ ids: runIds })
/** After a break the client sends the last cursor it saw as lastEventId. */
const resumable = { lastEventId: z.string().max(4096).nullish() }
const watchOne = z.strictObject({ id: runId, ...resumable })
const oneStudy = z.strictObject({ id: studyId })
const watchStudy = z.strictObject({ id: studyId, ...resumable })
const watchAll = z.strictObject(resumable)

async function* withCursors<T>(updates: AsyncIterable<Update<T>>) {
  for await (const { cursor, value } of refusing(updates)) yield tracked(cursor, value)
}

const runs = router({
  list: procedure.input(input(listRuns, 'listing runs')).query(({ ctx, input }) => ctx.runs.list(input)),
  get: procedure.input(input(oneRun, 'reading a run')).query(({ ctx, input }) => ctx.runs.get(input.id)),
  changes: procedure
    .input(input(watchAll, 'watching the runs'))
    .subscription(({ ctx, input, signal }) =>
      withCursors(ctx.runs.changes(input.lastEventId ?? undefined, signal)),
    ),
  watch: procedure
    .input(input(watchOne, 'watching a run'))
    .subscription(({ ctx, input, signal }) =>
      withCursors(ctx.runs.watch(input.id, input.lastEventId ?? undefined, signal)),
    ),
  plan: procedure
    .input(input(planSpec, 'planning a run'))
    .query(({ ctx, input }) => ctx.runs.plan(input.spec)),
  estimate: procedure
    .input(input(planSpec, 'measuring a run'))
    .query(({ ctx, input }) => ctx.runs.estimate(input.spec)),
  launch: procedure
    .input(input(launchRun, 'launching a run'))
    .mutation(({ ctx, input }) => ctx.runs.launch(input)),
  branch: procedure
    .input(input(branchRun, 'branching from a run'))
    .mutation(({ ctx, input }) => ctx.runs.branch(input)),
  launchDemo: procedure.mutation(({ ctx }) => ctx.runs.launchDemo()),
  resume: procedure
    .input(input(oneRun, 'resuming a run'))
    .mutation(({ ctx, input }) => ctx.runs.resume(input.id)),
  extend: procedure
    .input(input(extendRun, 'extending a run'))
    .mutation(({ ctx, input }) => ctx.runs.extend(input)),
  moveQueued: procedure
    .input(input(moveQueuedRun, 'moving a run in the queue'))
    .mutation(({ ctx, input }) => ctx.runs.moveQueued(input)),
  place: procedure
    .input(input(placeRun, 'placing a run'))
    .mutation(({ ctx, input }) => ctx.runs.place(input)),
  command: procedure
    .input(input(commandRun, 'asking a run'))
    .mutation(({ ctx, input }) => ctx.runs.command(input)),
  annotate: procedure
    .input(input(annotation, 'changing runs'))
    .mutation(({ ctx, input }) => ctx.runs.annotate(input)),
  remove: procedure
    .input(input(manyRuns, 'deleting runs'))
    .mutation(({ ctx, input }) => ctx.runs.remove(input.ids)),
  restore: procedure
    .input(input(manyRuns, 'restoring runs'))
    .mutation(({ ctx, input }) => ctx.runs.restore(input.ids)),
  purge: procedure
    .input(input(manyRuns, 'deleting runs for good'))
    .mutation(({ ctx, input }) => ctx.runs.purge(input.ids)),
})

const rateTests = router({
  launch: procedure
    .input(input(launchRateTest, 'launching a range test'))
    .mutation(({ ctx, input }) => ctx.rateTests.launch(input)),
  view: procedure
    .input(input(viewRateTest, 'reading a range test'))
    .query(({ ctx, input }) => ctx.rateTests.view(input)),
})

const series = router({
  view: procedure
    .input(input(viewSeries, 'reading series'))
    .query(({ ctx, input }) => ctx.series.view(input)),
  valuesAt: procedure
    .input(input(valuesAtStep, 'reading values at a step'))
    .query(({ ctx, input }) => ctx.series.valuesAt(input)),
  names: procedure
    .input(input(oneRun, 'reading the names of series'))
    .query(({ ctx, input }) => ctx.series.names(input.id)),
})

const ensembles = router({
  list: procedure
    .input(input(listEnsembles, 'listing ensembles'))
    .query(({ ctx, input }) => ctx.ensembles.list(input)),
  save: procedure
    .input(input(saveEnsemble, 'saving the ensemble'))
    .mutation(({ ctx, input }) => ctx.ensembles.save(input)),
  rename: procedure
    .input(input(renameEnsemble, 'naming the ensemble'))
    .mutation(({ ctx, input }) => ctx.ensembles.rename(input)),
  remove: procedure
    .input(input(ensembleIds, 'deleting ensembles'))
    .mutation(({ ctx, input }) => ctx.ensembles.remove(input.ids)),
  restore: procedure
    .input(input(ensembleIds, 'restoring ensembles'))
    .mutation(({ ctx, input }) => ctx.ensembles.restore(input.ids)),
  line: procedure
    .input(input(measureLine, 'measuring the line between two snapshots'))
    .subscription(({ ctx, input, signal }) => refusing(ctx.ensembles.line(input, signal))),
  averageLines: procedure
    .input(input(measureAverageLines, 'measuring the lines to an average'))
    .subscription(({ ctx, input, signal }) => refusing(ctx.ensembles.averageLines(input, signal))),
  averageWeights: procedure
    .input(input(averageWeights, 'averaging weights'))
    .mutation(({ ctx, input }) => ctx.ensembles.averageWeights(input)),
  saveWeightAverage: procedure
    .input(input(saveWeightAverage, 'saving the averaged weights'))
    .mutation(({ ctx, input }) => ctx.ensembles.saveWeightAverage(input)),
})

const studies = router({
  list: procedure.query(({ ctx }) => ctx.studies.list()),
  presets: procedure.query(({ ctx }) => ctx.studies.presets()),
  get: procedure
    .input(input(oneStudy, 'reading a study'))
    .query(({ ctx, input }) => ctx.studies.get(input.id)),
  changes: procedure
    .input(input(watchAll, 'watching the studies'))
    .subscription(({ ctx, input, signal }) =>
      withCursors(ctx.studies.changes(input.lastEventId ?? undefined, signal)),
    ),
  watch: procedure
    .input(input(watchStudy, 'watching a study'))
    .subscription(({ ctx, input, signal }) =>
      withCursors(ctx.studies.watch(input.id, input.lastEventId ?? undefined, signal)),
    ),
  plan: procedure
    .input(input(planStudy, 'planning a study'))
    .query(({ ctx, input }) => ctx.studies.plan(input.spec)),
  launch: procedure
    .input(input(launchStudy, 'launching a study'))
    .mutation(({ ctx, input }) => ctx.studies.launch(input.spec, input.placement)),
  command: procedure
    .input(input(commandStudy, 'asking a study'))
    .mutation(({ ctx, input }) => ctx.studies.command(input)),
  extend: procedure
    .input(input(extendStudy, 'adding to a study'))
    .mutation(({ ctx, input }) => ctx.studies.extend(input)),
  edit: procedure
    .input(input(editStudy, 'changing a study'))
    .mutation(({ ctx, input }) => ctx.studies.edit(input)),
  remove: procedure
    .input(input(removeStudy, 'deleting a study'))
    .mutation(({ ctx, input }) => ctx.studies.remove(input)),
  restore: procedure
    .input(input(oneStudy, 'restoring a study'))
    .mutation(({ ctx, input }) => ctx.studies.restore(input.id)),
  rankTests: procedure
    .input(input(rankTestsInput, 'testing ranks'))
    .query(({ ctx, input }) => ctx.studies.rankTests(input.ranks)),
})

const datasets = router({
  list: procedure.query(({ ctx }) => ctx.datasets.list()),
  import: procedure
    .input(input(importOptions, 'importing a data set'))
    .subscription(({ ctx, input, signal }) => refusing(ctx.datasets.import(input, signal))),
  upload: procedure
    .input(input(dataPieces, 'taking dropped files'))
    .mutation(({ ctx, input }) => ctx.datasets.upload(input)),
  dropUpload: procedure
    .input(input(dropUpload, 'removing dropped files'))
    .mutation(({ ctx, input }) => ctx.datasets.dropUpload(input.upload)),
  preview: procedure
    .input(input(previewOptions, 'looking at data before an import'))
    .subscription(({ ctx, input, signal }) => refusing(ctx.datasets.preview(input, signal))),
  remove: procedure
    .input(input(datasetId, 'removing a data set'))
    .mutation(({ ctx, input }) => ctx.datasets.remove(input.id)),
  browse: procedure
    .input(input(hostPath, 'looking into a folder'))
    .query(({ ctx, input }) => ctx.datasets.browse(input.path)),
  columns: procedure
    .input(input(csvColumns, 'reading the columns'))
    .query(({ ctx, input }) => ctx.datasets.columns(input)),
  sample: procedure
    .input(input(datasetId, 'reading a data set'))
    .query(({ ctx, input }) => ctx.datasets.sample(input.id)),
  rows: procedure
    .input(input(datasetRows, 'reading rows of a data set'))
    .query(({ ctx, input }) => ctx.datasets.rows(input)),
})

/** What other programs trained. */
const elsewhere = router({
  followed: procedure.query(({ ctx }) => ctx.elsewhere.followed()),
  unfollow: procedure
    .input(input(unfollowFolder, 'ending to follow a folder'))
    .mutation(({ ctx, input }) => ctx.elsewhere.unfollow(input)),
  previewLog: procedure
    .input(input(logPath, 'looking at a log'))
    .subscription(({ ctx, input, signal }) => refusing(ctx.elsewhere.previewLog(input.path, signal))),
  importLog: procedure
    .input(input(importEventFiles, 'importing event files'))
    .subscription(({ ctx, input, signal }) => refusing(ctx.elsewhere.importLog(input, signal))),
  lookAtPredictions: procedure
    .input(input(lookAtPredictions, 'looking at predictions'))
    .query(({ ctx, input }) => ctx.elsewhere.lookAtPredictions(input)),
  previewPredictions: procedure
    .input(input(importPredictions, 'reading predictions'))
    .subscription(({ ctx, input, signal }) => refusing(ctx.elsewhere.previewPredictions(input, signal))),
  importPredictions: procedure
    .input(input(importPredictions, 'importing predictions'))
    .subscription(({ ctx, input, signal }) => refusing(ctx.elsewhere.importPredictions(input, signal))),
})

const mistakes = router({
  place: procedure
    .input(input(placeExamples, 'finding the examples of predictions'))
    .query(({ ctx, input }) => ctx.mistakes.place(input)),
})

const sql = router({
  schema: procedure.query(({ ctx }) => ctx.sql.schema()),
  /** A subscription of one answer, since that is what can be cancelled through every door. */
  ask: procedure
    .input(input(sqlQuestion, 'reading SQL'))
    .subscription(({ ctx, input, signal }) => refusing(ctx.sql.ask(input, signal))),
})

const lab = router({
  about: procedure.query(({ ctx }) => ctx.lab.about()),
  storage: procedure.query(({ ctx }) => ctx.lab.storage()),
  health: procedure
    .input(input(watchAll, 'watching the lab'))
    .subscription(({ ctx, input, signal }) =>
      withCursors(ctx.lab.health(input.lastEventId ?? undefined, signal)),
    ),
  devices: procedure.query(({ ctx }) => ctx.lab.devices()),
  deviceComparisons: procedure.query(({ ctx }) => ctx.lab.deviceComparisons()),
  slots: procedure.query(({ ctx }) => ctx.lab.slots()),
  setSlots: procedure
    .input(input(slotSettings, 'setting the slots'))
    .mutation(({ ctx, input }) => ctx.lab.setSlots(input)),
  tensorflow: procedure.query(({ ctx }) => ctx.lab.tensorflow()),
  useTensorflow: procedure
    .input(input(useTensorflow, 'setting the Python environment with TensorFlow'))
    .mutation(({ ctx, input }) => ctx.lab.useTensorflow(input)),
})

const predictions = router({
  input: procedure
    .input(input(predictorInput, 'reading what a model takes'))
    .query(({ ctx, input }) => ctx.predictions.input(input.predictor)),
  upload: procedure
    .input(input(uploadPiece, 'taking examples'))
    .mutation(({ ctx, input }) => ctx.predictions.upload(input)),
  answer: procedure
    .input(input(answerExamples, 'predicting'))
    .subscription(({ ctx, input, signal }) => refusing(ctx.predictions.answer(input, signal))),
})

/** Other machines. */
const workers = router({
  info: procedure.query(({ ctx }) => ctx.workers.info()),
  changes: procedure
    .input(input(watchAll, 'watching the workers'))
    .subscription(({ ctx, input, signal }) =>
      withCursors(ctx.workers.changes(input.lastEventId ?? undefined, signal)),
    ),
  add: procedure
    .input(input(addWorker, 'adding a worker'))
    .mutation(({ ctx, input }) => ctx.workers.add(input)),
  inviteAgain: procedure
    .input(input(inviteAgain, 'making a new command for a worker'))
    .mutation(({ ctx, input }) => ctx.workers.inviteAgain(input.id, input.address)),
  command: procedure
    .input(input(commandWorker, 'asking a worker'))
    .mutation(({ ctx, input }) => ctx.workers.command(input)),
  setSettings: procedure
    .input(input(workerSettings, 'setting how long workers are waited for'))
    .mutation(({ ctx, input }) => ctx.workers.setSettings(input)),
})

/** Every procedure a window may call. It only translates; `Services` decides. */
export const appRouter = router({
  runs,
  rateTests,
  series,
  studies,
  elsewhere,
  ensembles,
  predictions,
  datasets,
  mistakes,
  workers,
  sql,
  lab,
})
export type AppRouter = typeof appRouter
