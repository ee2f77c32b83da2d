import { UserError, wordsOf } from '../../shared/errors.ts'
import type { CommandMessage } from '../../shared/run/messages.ts'
import type { DeviceAdvice } from '../../shared/run/probe.ts'
import type { Choice } from '../devices/index.ts'
import { NoAnswer } from '../process/noAnswer.ts'
import type { RunRecord, Store } from '../store/types.ts'
import type { ActiveRun, ActiveRunEnd } from './activeRun.ts'
import type { Interruption } from './interruptions.ts'

type Measuring = Extract<Choice, { type: 'measure' }>

/**
 * A run that has been claimed, but whose devices have to be measured before its trainer can start. Meanwhile the run can be
 * stopped and abandoned; all other commands are kept for the trainer.
 * @param begin starts the trainer on the device that was chosen; where that fails, `begin` marks the run as interrupted
 */
export function measureThenRun(
  store: Store,
  { id, attempt }: Pick<RunRecord, 'id' | 'attempt'>,
  { words, measure }: Measuring,
  begin: (advice: DeviceAdvice) => ActiveRun,
  onInterrupted: (interruption: Interruption) => void,
): ActiveRun {
  const cancel = new AbortController()
  const waiting: CommandMessage[] = []
  let trained: ActiveRun | undefined
  let verdict: Pick<Interruption, 'status' | 'reason'> | undefined

  const end = (status: Interruption['status'], reason: string): void => {
    verdict ??= { status, reason }
    cancel.abort()
  }
  // The run goes on when a busy or full database cannot take what is said about it.
  const say = (now: string | null): void => {
    try {
      store.write.saySetup(id, now)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
    }
  }
  const conclude = (): ActiveRunEnd => {
    if (verdict !== undefined) onInterrupted({ runId: id, attempt, ...verdict })
    return { run: store.read.run(id), wasReady: false }
  }
  const go = async (): Promise<ActiveRunEnd> => {
    try {
      say(words)
      const advice = await measure(cancel.signal, (now) => {
        if (now !== words) say(now)
      })
      if (verdict === undefined) {
        // A run with words of its setup counts as one that does not train yet, and others would go on measuring.
        say(null)
        trained = begin(advice)
      }
    } catch (error) {
      const isCancelled = error instanceof NoAnswer && error.why === 'cancelled'
      const why = wordsOf(error)
      end(
        'interrupted',
        isCancelled ? 'The program that ran it was closed.' : `Its devices could not be measured (${why}).`,
      )
    }
    if (trained === undefined) return conclude()
    for (const order of waiting) trained.ask(order)
    return trained.finished
  }
  return {
    runId: id,
    setup: words,
    get trainerPid() {
      return trained?.trainerPid
    },
    ask(order) {
      if (trained !== undefined) trained.ask(order)
      else if (order.type === 'stop' && order.when === 'now') {
        end('stopped', 'It was stopped while its devices were being measured, before its first step.')
      } else waiting.push(order)
    },
    abandon(reason) {
      if (trained !== undefined) trained.abandon(reason)
      else end('interrupted', reason)
    },
    finished: go(),
  }
}
