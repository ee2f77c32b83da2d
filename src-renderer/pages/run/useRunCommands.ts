import { useCallback, useEffect, useRef, useState } from 'react'
import type { CommandOutcome, RunSummary } from '../../../shared/api/runs.ts'
import type { TrainerCommand } from '../../../shared/run/messages.ts'
import { isActive } from '../../../shared/run/state.ts'
import { api } from '../../client.ts'
import { notifyDone, notifyError } from '../../components/notify.ts'
import { count } from '../../format/format.ts'
import { extendWords, notExtended } from './extendWords.ts'

export type CommandName =
  | 'pause'
  | 'resume'
  | 'stop'
  | 'stopAtCycleEnd'
  | 'keepGoing'
  | 'annealNow'
  | 'extend'

export interface RunCommands {
  /** Asked for and not yet seen to be done. */
  readonly pending: ReadonlySet<CommandName>
  /** Of these, what waits for the worker to hear of it, and why. */
  readonly waiting: ReadonlyMap<CommandName, string>
  readonly pause: () => void
  /** Goes on: with a paused trainer, or from the last checkpoint with a new one. */
  readonly resume: () => void
  readonly stop: (when: 'now' | 'cycleEnd') => void
  /** Takes back a stop that waits for the end of the cycle. */
  readonly keepGoing: () => void
  readonly annealNow: (epochs: number) => void
  readonly extend: () => void
}

const cannot: Readonly<Record<CommandName, string>> = {
  pause: 'The run was not paused',
  resume: 'The run was not resumed',
  stop: 'The run was not stopped',
  stopAtCycleEnd: 'The run will not stop at the end of its cycle',
  keepGoing: 'The stop was not taken back',
  annealNow: 'The cycle was not annealed',
  extend: 'The run was not extended',
}

/** The longest that a status may lag behind the answer to its command. */
const settles = 3_000

/** What can be asked of a run. A command that is under way is never sent again; one that is refused says why. */
export function useRunCommands(run: RunSummary): RunCommands {
  const { id, status } = run
  const [pending, setPending] = useState<ReadonlyMap<CommandName, RunSummary>>(new Map())
  const [waiting, setWaiting] = useState<ReadonlyMap<CommandName, string>>(new Map())
  const under = useRef(new Set<CommandName>())

  const end = useCallback((name: CommandName) => {
    under.current.delete(name)
    setPending((before) => new Map([...before].filter(([each]) => each !== name)))
    setWaiting((before) => new Map([...before].filter(([each]) => each !== name)))
  }, [])
  // What was asked for shows in the run: it is done.
  useEffect(() => {
    for (const [name, before] of pending) {
      if (before.status !== run.status || (waiting.has(name) && showsIn(name, before, run))) end(name)
    }
  }, [pending, waiting, run, end])

  const send = (name: CommandName, ask: () => Promise<CommandOutcome>, changesStatus = true): void => {
    if (under.current.has(name)) return
    under.current.add(name)
    setPending((before) => new Map([...before, [name, run]]))
    ask().then(
      (answer) => {
        if (answer.outcome === 'refused') notifyError(cannot[name], new Error(answer.reason))
        if (answer.outcome === 'waits') setWaiting((before) => new Map([...before, [name, answer.reason]]))
        else if (answer.outcome === 'refused' || !changesStatus) end(name)
        else setTimeout(() => end(name), settles)
      },
      (error: unknown) => {
        notifyError(cannot[name], error)
        end(name)
      },
    )
  }
  const command = (given: TrainerCommand) => () => api.runs.command.mutate({ id, command: given })
  return {
    pending: new Set(pending.keys()),
    waiting,
    pause: () => send('pause', command({ type: 'pause' })),
    resume: () =>
      send(
        'resume',
        status === 'paused' ? command({ type: 'resume' }) : () => started(api.runs.resume.mutate({ id })),
      ),
    stop: (when) =>
      when === 'now'
        ? send('stop', command({ type: 'stop', when }))
        : send('stopAtCycleEnd', command({ type: 'stop', when }), false),
    keepGoing: () => send('keepGoing', command({ type: 'keepGoing' }), false),
    annealNow: (epochs) => send('annealNow', command({ type: 'annealNow', epochs }), false),
    extend: () =>
      send(
        'extend',
        async () => {
          if (isActive(status)) {
            const without = notExtended(await command({ type: 'stop', when: 'now' })())
            if (without !== undefined) return without
          }
          const { by, label } = extendWords(run)
          const { totalSteps } = await api.runs.extend.mutate({ id, ...by })
          notifyDone(`${label}: the run now goes to step ${count(totalSteps)}.`)
          return { outcome: 'obeyed' }
        },
        false,
      ),
  }
}

/** Whether an order that changes no status is seen to be done. */
function showsIn(name: CommandName, before: RunSummary, now: RunSummary): boolean {
  switch (name) {
    case 'stopAtCycleEnd':
    case 'keepGoing':
      return before.stopsAfterStep !== now.stopsAfterStep
    case 'annealNow':
    case 'extend':
      return before.planned.edits.length !== now.planned.edits.length || before.totalSteps !== now.totalSteps
    default:
      return false
  }
}

async function started(answer: Promise<RunSummary>): Promise<CommandOutcome> {
  await answer
  return { outcome: 'obeyed' }
}
