import { Link } from '@tanstack/react-router'
import type { WorkerInfo } from '../../../shared/api/workers.ts'
import type { WorkerSlot } from '../../../shared/worker/protocol.ts'
import { NameText } from '../../components/NameText.tsx'
import { percent } from '../../format/format.ts'
import { useRunSummary } from '../../hooks/useRuns.ts'
import { idleWords } from '../../workers/workerWords.ts'
import classes from './Workers.module.css'

/** Each place at which the worker trains one run: its device, and the run or why there is none. */
export function SlotList({ worker }: { readonly worker: WorkerInfo }) {
  const { about, training } = worker
  if (about === null) return '–'
  const slots = about.slots
  const shown = new Set(
    slots.flatMap(({ id, running }) => (running === undefined ? [] : [`${id} ${running.runId}`])),
  )
  // What it has taken and not told of yet, or trains in a slot that it no longer has.
  const others = training.filter(({ slot, runId }) => !shown.has(`${slot} ${runId}`))
  return (
    <ul className={classes.slots}>
      {slots.map((slot) => (
        <Slot key={slot.id} slot={slot} worker={worker} />
      ))}
      {others.map(({ runId, name }) => (
        <li key={runId}>
          <Training id={runId} name={name} />
        </li>
      ))}
      {slots.length === 0 && others.length === 0 && (
        <li className={classes.idle}>no device that can train</li>
      )}
    </ul>
  )
}

function Slot({ slot, worker }: { readonly slot: WorkerSlot; readonly worker: WorkerInfo }) {
  const { device, running } = slot
  const run = worker.training.find(({ runId }) => runId === running?.runId)
  return (
    <li>
      <span className={classes.device} title={device}>
        {device}
      </span>
      {running === undefined ? (
        <span className={classes.idle}>{idleWords(slot, worker)}</span>
      ) : (
        <Training id={running.runId} name={run?.name ?? running.runId} />
      )}
    </li>
  )
}

function Training({ id, name }: { readonly id: string; readonly name: string }) {
  const run = useRunSummary(id)
  const part = run === undefined || run.totalSteps === 0 ? undefined : run.stepsDone / run.totalSteps
  return (
    <span className={classes.training}>
      <Link to="/runs/$runId" params={{ runId: id }} title={name}>
        <NameText name={name} />
      </Link>
      {part !== undefined && <span className={classes.part}>{percent(part, 0)}</span>}
    </span>
  )
}
