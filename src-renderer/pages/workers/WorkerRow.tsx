import type { Invitation, WorkerInfo } from '../../../shared/api/workers.ts'
import { slurmWorkerName } from '../../../shared/worker/placement.ts'
import { bytes, moment } from '../../format/format.ts'
import { sinceWords } from '../../workers/clock.ts'
import { buildWords, loadWords, machineWords, outOfTouchWords, stateOf } from '../../workers/workerWords.ts'
import { SlotList } from './SlotList.tsx'
import { WorkerActions } from './WorkerActions.tsx'
import classes from './Workers.module.css'

interface WorkerRowProps {
  readonly worker: WorkerInfo
  readonly patience: number
  readonly now: number
  readonly onInvited: (invitation: Invitation) => void
}

const columns = 8

/** One worker; below it, where it is out of touch or out, what that means. */
export function WorkerRow({ worker, patience, now, onInvited }: WorkerRowProps) {
  const { name, about } = worker
  const { tone, word, text } = stateOf(worker, now)
  const build = buildWords(worker)
  const note = worker.state === 'out' ? text : outOfTouchWords(worker, patience, now)
  return (
    <tbody data-state={word}>
      <tr data-noted={note !== undefined}>
        <th scope="row">
          <span className={classes.name}>{name}</span>
          {name === slurmWorkerName && <span className={classes.small}>all jobs of Slurm</span>}
          <span className={classes.word} data-tone={tone}>
            {word}
          </span>
          {note === undefined && tone !== 'fine' && <span className={classes.small}>{text}</span>}
        </th>
        <td className={classes.machine}>
          {about === null ? (
            '–'
          ) : (
            <>
              {about.hostname}
              <span className={classes.small}>{machineWords(about)}</span>
            </>
          )}
        </td>
        <td className={classes.trains}>
          <SlotList worker={worker} />
        </td>
        <td className={classes.number}>{about === null ? '–' : loadWords(about)}</td>
        <td className={classes.number}>{bytes(about?.diskFree)}</td>
        <td className={classes.build} title={build.text}>
          {build.word}
          {worker.isOfThisBuild === false && <span className={classes.small}>{build.text}</span>}
        </td>
        <td className={classes.heard} title={moment(worker.seenAt)}>
          {heard(worker, now)}
        </td>
        <td className={classes.actions}>
          <WorkerActions worker={worker} onInvited={onInvited} />
        </td>
      </tr>
      {note !== undefined && (
        <tr className={classes.noteRow}>
          <td colSpan={columns}>
            <p className={classes.note} data-tone={tone} role="status">
              {note}
            </p>
          </td>
        </tr>
      )}
    </tbody>
  )
}

/** How long ago it last spoke. */
function heard({ seenAt }: WorkerInfo, now: number): string {
  return seenAt === null ? '–' : `${sinceWords(Math.max(0, now - seenAt))} ago`
}
