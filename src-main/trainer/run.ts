import type { StartMessage, TrainerEvent } from '../../shared/run/messages.ts'
import { openDataset } from '../datasets/index.ts'
import { type Engine, selectEngine } from '../engine/select.ts'
import { prepareData } from './batches.ts'
import { restoreState } from './checkpoint.ts'
import { Divergence } from './divergence.ts'
import { addressed, type Emit } from './events.ts'
import { buildFitting } from './fitting.ts'
import { inWords } from './inWords.ts'
import { TrainingLoop } from './loop.ts'
import type { LoopIo } from './loopSetup.ts'
import type { Model } from './models/index.ts'
import { createOptimizer, type TrainOptimizer } from './optimizers/index.ts'
import { WeightAverage } from './weightAverage.ts'

export interface TrainerIo extends Omit<LoopIo, 'emit'> {
  readonly send: (event: TrainerEvent) => void
  /** Where a data set lies on this machine. @throws UserError when that is not known */
  readonly folderOf: (datasetId: string) => string
}

/**
 * Trains one run from start or stored state to its end; whatever happens, the last event is `ended`, and everything
 * the run made on the device is freed. Errors of the user's become its reason word for word; others are written to
 * standard error with their stack as well.
 */
export async function runTrainer(request: StartMessage, io: TrainerIo): Promise<void> {
  const emit = addressed(request.runId, request.attempt, io.send)
  const run: Partial<Running> = {}
  try {
    await start(request, { ...io, emit }, run)
  } catch (error) {
    run.loop?.flush()
    emit({
      type: 'ended',
      status: 'failed',
      stepsDone: run.loop?.stepsDone ?? request.state?.position.stepsDone ?? 0,
      reason: inWords(error),
      ...(error instanceof Divergence && { diverged: error.at }),
    })
  } finally {
    await run.loop?.abandon()
    run.average?.dispose()
    run.optimizer?.dispose()
    run.model?.dispose()
  }
}

interface Running {
  model: Model
  optimizer: TrainOptimizer
  average: WeightAverage
  loop: TrainingLoop
}

async function start(
  request: StartMessage,
  io: LoopIo & Pick<TrainerIo, 'folderOf'>,
  run: Partial<Running>,
): Promise<void> {
  const { spec, state, streamFrom = 0, rateTest } = request
  const engine = await selectEngine(spec.device, request.devices, { threads: request.threads })
  const data = prepareData(
    spec,
    await openDataset(io.folderOf(request.datasetId)),
    request.plan.stepsPerEpoch,
  )
  run.model = await buildFitting(spec, data.input, engine.memory)
  run.optimizer = createOptimizer(spec.optimizer)
  if (spec.ema !== undefined && rateTest === undefined) run.average = new WeightAverage(run.model, spec.ema)
  const { model, optimizer, average } = run
  if (state !== undefined) restoreState({ model, optimizer, average }, state)
  const planned = { plan: request.plan, edits: request.edits }
  const position = state?.position ?? { stepsDone: 0, epoch: { lossSum: 0, correct: 0, examples: 0 } }
  const { name: device, stepsAhead } = engine
  const held = { spec, data, model, optimizer, average }
  const setup = { ...held, planned, position, streamFrom, rateTest, device, stepsAhead }
  run.loop = new TrainingLoop(setup, io)
  announce(io.emit, engine, model, run.loop)
  await run.loop.run()
}

function announce(
  emit: Emit,
  engine: Pick<Engine, 'name' | 'device' | 'reason'>,
  model: Model,
  loop: TrainingLoop,
): void {
  const { name: deviceName, device, reason } = engine
  const { totalSteps } = loop
  emit({ type: 'ready', deviceName, device, reason, parameters: model.parameterCount, totalSteps })
}
