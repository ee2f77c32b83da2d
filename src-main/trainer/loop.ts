import { UserError } from '../../shared/errors.ts'
import type { Scores, TrainerState } from '../../shared/run/messages.ts'
import { buildTimetable, type EditedPlan, type Timetable } from '../../shared/run/plan.ts'
import * as tf from '../engine/tf.ts'
import { weightsSha256 } from '../weightsSha256.ts'
import { annealed } from './annealNow.ts'
import { answer, refuse, refuseTheRest } from './answers.ts'
import { captureState, firstNonFinite, weightsOf } from './checkpoint.ts'
import type { Command } from './commands.ts'
import { diverged } from './divergence.ts'
import { EpochTally } from './epochTally.ts'
import { type Evaluation, evaluateAll, predictionsOf, scoresOf } from './evaluate.ts'
import { KernelWatch } from './kernelWatch.ts'
import type { LoopIo, LoopSetup } from './loopSetup.ts'
import { MetricsBuffer } from './metrics.ts'
import type { StepSettings } from './optimizers/index.ts'
import { checkFeedback, momentumOf, Rates } from './rates.ts'
import { createRateTest, type RateTest, refusalOfTest, refusedByTests, withoutResults } from './rateTest.ts'
import { type StepResult, trainStep } from './step.ts'
import { TrainingClock } from './trainingClock.ts'
import { StepsUnderWay, type UnderWay } from './underWay.ts'
import type { WeightAverage } from './weightAverage.ts'

/** Often enough for a living chart, seldom enough that messages cost nothing. */
const metricsEveryMs = 200
/** Between rolling checkpoints at epoch ends: what a killed run trains again, at most an epoch or this. */
const checkpointEveryMs = 5000

type Stop = 'completed' | 'stopped'

/**
 * Trains from the position it is given to the end of the plan, taking commands between steps. Everything random is
 * keyed by seed and step, so a loop that starts from a captured state goes on with the same bits.
 */
export class TrainingLoop {
  readonly #setup: LoopSetup
  readonly #io: LoopIo
  readonly #training: TrainingClock
  readonly #metrics: MetricsBuffer
  readonly #rates: Rates
  #planned: EditedPlan
  #timetable: Timetable
  #stepsDone: number
  /** Steps whose numbers have come. */
  #stepsCounted: number
  /** The rate of the last step. A plateau may have cut the next one's before the snapshot of this one is taken. */
  #appliedLr: number
  readonly #epoch: EpochTally
  #lastStateAt: number | undefined
  #stopAtCycleEnd = false
  readonly #underWay = new StepsUnderWay()
  readonly #rateTest: RateTest | undefined
  readonly #kernels: KernelWatch | undefined

  /** @throws UserError when schedule, plan and data do not fit together */
  constructor(setup: LoopSetup, io: LoopIo) {
    this.#setup = setup
    this.#io = io
    this.#planned = setup.planned
    this.#rateTest = setup.rateTest && createRateTest(setup.rateTest)
    if (this.#rateTest === undefined) this.#kernels = new KernelWatch(setup.device, io.clock)
    const timetable = buildTimetable(setup.spec, setup.planned)
    this.#timetable = this.#rateTest ? withoutResults(timetable) : timetable
    checkFeedback(setup.spec, this.#timetable.schedule, setup.data.parts[0]?.indices.length ?? 0)
    this.#rates = new Rates(setup.spec.optimizer, this.#timetable, setup.position.feedback)
    this.#stepsDone = setup.position.stepsDone
    this.#stepsCounted = this.#stepsDone
    this.#appliedLr = this.#rates.at(Math.max(0, this.#stepsDone - 1)).lr
    this.#training = new TrainingClock(io.clock)
    this.#epoch = new EpochTally(setup.position.epoch, io.clock, this.#training)
    this.#metrics = new MetricsBuffer(io.clock, this.#training)
  }

  /** After a failure: a device that is lost takes with it the steps it had been given. */
  get stepsDone(): number {
    return this.#stepsCounted
  }

  get totalSteps(): number {
    return this.#timetable.totalSteps
  }

  /** Sends the metrics collected so far. */
  flush(): void {
    const event = this.#metrics.take()
    if (event !== undefined) this.#io.emit(event)
  }

  /** After a failure: lets the device come to rest. */
  abandon(): Promise<void> {
    return this.#underWay.abandon()
  }

  /**
   * Ends with an `ended` event, except when it throws.
   * @throws UserError when the loss, a weight or an output is no longer a finite number
   */
  async run(): Promise<void> {
    const stop = await this.#steps()
    refuseTheRest(this.#io, this.#stepsDone)
    if (this.#rateTest !== undefined) return this.#endRateTest(stop, this.#rateTest)
    await this.#checkpoint()
    this.#io.emit({
      type: 'ended',
      status: stop,
      stepsDone: this.#stepsDone,
      weightsSha256: weightsSha256(await weightsOf(this.#setup.model)),
    })
  }

  /** Where the loss ended it, that is what it was for; its weights are worth nothing by then. */
  async #endRateTest(stop: Stop, test: RateTest): Promise<void> {
    await this.#settle(0)
    this.flush()
    const { stepsDone = this.#stepsDone, reason } = test.end ?? {}
    const status = test.end === undefined ? stop : 'completed'
    this.#io.emit({ type: 'ended', status, stepsDone, ...(reason !== undefined && { reason }) })
  }

  async #steps(): Promise<Stop> {
    while (this.#stepsDone < this.#timetable.totalSteps) {
      if ((await this.#obey()) === 'stopped') return 'stopped'
      this.#step(await this.#settings())
      const ended = this.#stepsDone - 1
      await this.#settle(this.#setup.stepsAhead)
      if (this.#rateTest?.end !== undefined) break
      await this.#afterStep(ended)
      await this.#io.breathe()
      if (this.#stopAtCycleEnd && this.#timetable.schedule.cycleAt(ended)?.snapshotStep === ended) break
    }
    return this.#stepsDone < this.#timetable.totalSteps ? 'stopped' : 'completed'
  }

  /**
   * What the next step uses. A formula may have no rate for it, which the checks before the start could not see in a very
   * long run: what was trained until then is stored, so that the run can go on from there.
   */
  async #settings(): Promise<StepSettings> {
    try {
      return this.#rates.at(this.#stepsDone)
    } catch (error) {
      if (error instanceof UserError && this.#stepsDone > 0) await this.#checkpoint()
      throw error
    }
  }

  #step(settings: StepSettings): void {
    const { spec, data, model, optimizer, streamFrom } = this.#setup
    const step = this.#stepsDone
    this.#appliedLr = settings.lr
    const drawn = step + streamFrom
    const batch = data.trainingBatch(drawn)
    const key = { step: drawn, seed: spec.seed }
    const { labelSmoothing, clipping } = spec
    const recipe = { labelSmoothing, clipping, classWeights: data.classWeights }
    const take = () => trainStep(model, optimizer, batch, settings, key, recipe)
    const result = this.#kernels?.take(take) ?? take()
    this.#setup.average?.update(step)
    tf.dispose([batch.x, batch.y])
    this.#underWay.begin({ step, settings, examples: batch.labels.length, result })
    this.#stepsDone++
  }

  /** Waits for the numbers of steps until no more than so many are under way. */
  async #settle(atMost: number): Promise<void> {
    await this.#underWay.settle(atMost, (step, result) => this.#account(step, result))
  }

  #account({ step, settings, examples }: UnderWay, { loss, correct }: StepResult): void {
    // Steps that a device had been given before the test ended belong to it no more.
    if (this.#rateTest?.end !== undefined) return
    const { lr, momentum = momentumOf(this.#setup.spec.optimizer) } = settings
    this.#metrics.add(step, examples, { lr, momentum, loss, accuracy: correct / examples })
    if (this.#rateTest?.ends(step, lr, loss)) return
    if (!Number.isFinite(loss)) {
      this.#appliedLr = lr
      throw this.#diverged(step, `the loss became ${loss}`)
    }
    this.#epoch.add(loss, correct, examples)
    this.#stepsCounted = step + 1
  }

  /** What is due after a step. Whatever a state rests on is sent before it. */
  async #afterStep(step: number): Promise<void> {
    const kernels = this.#kernels?.news()
    if (kernels !== undefined) this.#io.emit({ type: 'kernels', kernels })
    if (this.#rateTest !== undefined) return this.#sendInTime()
    const endsEpoch = this.#stepsDone % this.#timetable.stepsPerEpoch === 0
    const last = this.#stepsDone === this.#timetable.totalSteps
    const cycle = this.#timetable.snapshotAfter(step)
    const due = this.#timetable.evaluatesAfter(step) || (endsEpoch && this.#rates.needsValidation)
    if (endsEpoch || last) await this.#settle(0)
    const evaluations = due || cycle !== undefined ? await this.#evaluate(step) : []
    if (endsEpoch || last) this.#endEpoch(step, endsEpoch, evaluations)
    if (cycle !== undefined) await this.#snapshot(step, cycle, evaluations)
    else if (step === 0 || (endsEpoch && this.#stateAge() >= checkpointEveryMs)) await this.#checkpoint()
    this.#sendInTime()
  }

  #sendInTime(): void {
    if (this.#metrics.age >= metricsEveryMs) this.flush()
  }

  async #evaluate(step: number): Promise<Evaluation[]> {
    await this.#settle(0)
    const found = await this.#training.without(() => evaluateAll(this.#setup.model, this.#setup.data))
    return this.#finite(step, found, 'the loss')
  }

  /** @throws Divergence where a loss is not finite */
  #finite(step: number, found: Evaluation[], what: string): Evaluation[] {
    const broken = found.find(({ loss }) => !Number.isFinite(loss))
    if (broken !== undefined) {
      throw this.#diverged(step, `${what} on the ${broken.part.name} data became ${broken.loss}`)
    }
    return found
  }

  /** How the average of the weights does, on the same parts. */
  async #averageScores(step: number, average: WeightAverage): Promise<Scores> {
    const { model, data } = this.#setup
    const found = await this.#training.without(() => average.inPlace(() => evaluateAll(model, data)))
    return scoresOf(this.#finite(step, found, 'the loss of the average of weights'))
  }

  /** @param whole false for the part of an epoch that a run ends in, whose sums go on if the run is extended */
  #endEpoch(step: number, whole: boolean, evaluations: readonly Evaluation[]): void {
    const figures = this.#epoch.figures
    const scores = scoresOf(evaluations)
    this.flush()
    this.#io.emit({
      type: 'epoch',
      epoch: Math.ceil((step + 1) / this.#timetable.stepsPerEpoch),
      step,
      ...figures,
      ...scores,
    })
    if (!whole) return
    this.#epoch.beginNext()
    const { valLoss: validationLoss, valAccuracy: validationAccuracy } = scores
    const reason = this.#rates.observe({
      trainingLoss: figures.trainLoss,
      validationLoss,
      validationAccuracy,
    })
    if (reason === undefined) return
    const next = Math.min(this.#stepsDone, this.#timetable.totalSteps - 1)
    this.#io.emit({ type: 'feedback', step, lr: this.#rates.at(next).lr, reason })
  }

  async #snapshot(step: number, cycle: number, evaluations: readonly Evaluation[]): Promise<void> {
    const { data, average } = this.#setup
    const state = await this.#capture(step)
    const ema = average && (await this.#averageScores(step, average))
    const { mean, std } = data.normalisation
    this.flush()
    this.#io.emit({
      type: 'snapshot',
      cycle,
      step,
      lr: this.#appliedLr,
      weightsSha256: weightsSha256(state.tensors),
      normalisation: { mean: [...mean], std: [...std] },
      state,
      ...scoresOf(evaluations),
      ...(ema && { ema }),
      predictions: evaluations.map((each) => predictionsOf(each, data.input.classes)),
    })
  }

  async #checkpoint(): Promise<void> {
    if (this.#rateTest !== undefined) return
    const state = await this.#capture(this.#stepsDone - 1)
    this.flush()
    this.#io.emit({ type: 'checkpoint', state })
  }

  /** @throws UserError rather than hand out a state from which nothing good can come */
  async #capture(step: number): Promise<TrainerState> {
    await this.#settle(0)
    const feedback = this.#rates.state
    const position = {
      stepsDone: this.#stepsDone,
      epoch: this.#epoch.sums,
      ...(feedback && { feedback: { ...feedback } }),
    }
    const { state, broken } = await this.#training.without(async () => {
      const state = await captureState(this.#setup, position)
      return { state, broken: firstNonFinite(state.tensors) }
    })
    if (broken !== undefined) throw this.#diverged(step, `${broken} holds a number that is not finite`)
    this.#lastStateAt = this.#io.clock()
    return state
  }

  #stateAge(): number {
    return this.#lastStateAt === undefined ? Number.POSITIVE_INFINITY : this.#io.clock() - this.#lastStateAt
  }

  /** Carries out the commands that have come; while paused, waits for more. */
  async #obey(): Promise<'go' | 'stopped'> {
    let paused = false
    for (;;) {
      const command = paused ? await this.#io.commands.next() : this.#io.commands.take()
      if (command === undefined) return 'go'
      if (this.#rateTest !== undefined && refusedByTests.has(command.type)) {
        refuse(this.#io, command, refusalOfTest(command.type))
        continue
      }
      if (command.type === 'stop' && command.when === 'now') {
        answer(this.#io, command)
        return 'stopped'
      }
      if (command.type === 'pause' && !paused) {
        paused = true
        await this.#pause()
      } else if (command.type === 'resume' && paused) {
        paused = false
        this.#resume()
      } else if (command.type === 'annealNow') {
        if (!this.#annealNow(command)) continue
      } else if (command.type === 'stop') this.#planStop(true)
      else if (command.type === 'checkpoint') await this.#checkpoint()
      else if (command.type === 'keepGoing' && this.#stopAtCycleEnd) this.#planStop(false)
      answer(this.#io, command)
    }
  }

  /** Tells the step after which the run will stop, or that no stop is planned any more. */
  #planStop(atCycleEnd: boolean): void {
    this.#stopAtCycleEnd = atCycleEnd
    const { schedule, totalSteps } = this.#timetable
    // A cycle that the budget cuts short has no snapshot: there the run ends with its plan.
    const cycleEnd = schedule.cycleAt(this.#stepsDone)?.snapshotStep ?? totalSteps - 1
    this.#io.emit({ type: 'stopPlanned', afterStep: atCycleEnd ? cycleEnd : null })
  }

  async #pause(): Promise<void> {
    await this.#checkpoint()
    this.#training.rest()
    this.#io.emit({ type: 'status', status: 'paused', step: this.#stepsDone })
  }

  #resume(): void {
    this.#training.goOn()
    this.#io.emit({ type: 'status', status: 'running', step: this.#stepsDone })
  }

  /**
   * The edit is sent before the first step under it, so that whoever resumes from a later state knows it.
   * @returns false when the command was refused
   */
  #annealNow(command: Extract<Command, { type: 'annealNow' }>): boolean {
    try {
      this.#planned = annealed(this.#setup.spec, this.#planned, this.#stepsDone, command.epochs)
    } catch (error) {
      // A command that cannot be obeyed must not end the run.
      if (!(error instanceof UserError)) throw error
      refuse(this.#io, command, error.message)
      return false
    }
    this.#timetable = buildTimetable(this.#setup.spec, this.#planned)
    this.#rates.edited(this.#timetable.schedule)
    this.flush()
    for (const edit of this.#planned.edits.slice(-1)) {
      this.#io.emit({ type: 'edited', edit, totalSteps: this.#timetable.totalSteps })
    }
    // The cycle ends at another step now, and with it the run where a stop is planned.
    if (this.#stopAtCycleEnd) this.#planStop(true)
    return true
  }

  #diverged(step: number, what: string): UserError {
    return diverged(this.#timetable, step, this.#appliedLr, what)
  }
}
