import type { StudyChange } from '../../shared/api/studies.ts'
import { isActive } from '../../shared/run/state.ts'
import { createPulse } from '../api/pulse.ts'
import { createStudyServices } from '../api/studies.ts'
import type { Core } from '../core.ts'
import type { Cli } from './context.ts'
import type { ExitCode } from './exitCode.ts'
import { watchStudy } from './studyProgress.ts'

/** Milliseconds in which a trainer keeps its state before it is ended; without it, its last checkpoint stays. */
const patience = 10_000

/**
 * Works on a study in this process until it has ended, is paused or is cancelled, here or in another program. The first
 * interrupt pauses it: what trains keeps its state and is interrupted. The second ends the command at once. A study on other
 * machines is left alone by both.
 */
export async function attendStudy(
  cli: Cli,
  core: Core,
  id: string,
): Promise<{ change: StudyChange; exitCode: ExitCode }> {
  const { terminal } = cli
  const end = new AbortController()
  const isElsewhere = core.store.read.study(id).study.placement !== null
  let interrupts = 0
  const unhook = terminal.onInterrupt((times) => {
    interrupts = times
    if (times > 1 || isElsewhere) return end.abort()
    terminal.err('\nPausing the study and keeping the state of what trains; once more to end at once.\n')
    void pause(core, id).finally(() => end.abort())
  })
  const progress = watchStudy(terminal)
  try {
    core.runs.workOnQueue(id)
    const services = createStudyServices(core, createPulse(core))
    for await (const { value } of services.watch(id, undefined, end.signal)) {
      progress.take(value)
      if (interrupts === 0 && hasEnded(value)) break
    }
  } finally {
    unhook()
    progress.stop()
    core.runs.leaveQueue()
  }
  if (interrupts > 0 && isElsewhere)
    terminal.err(`\nStudy ${id} goes on on other machines; "anneal studies cancel ${id}" ends it.\n`)
  // What trains is interrupted now, so that its status is the one that stays.
  else if (interrupts > 0) await core.runs.close()
  const { study, cells } = core.store.read.study(id)
  return { change: { study, cells }, exitCode: interrupts > 0 ? 130 : exitCodeOf(study) }
}

/** A study that is paused has not ended while a run of it trains to its end. */
function hasEnded({ study: { status, counts } }: StudyChange): boolean {
  return status === 'finished' || (status !== 'active' && counts.active === 0)
}

async function pause(core: Core, id: string): Promise<void> {
  core.runs.leaveQueue()
  const { study, cells } = core.store.read.study(id)
  if (study.status === 'active') await core.studies.command(study.id, 'pause')
  const training = cells.filter(({ status }) => status !== 'deleted' && isActive(status))
  const here = training.filter(({ runId }) => {
    const { hostId, place } = core.store.read.run(runId)
    return place === null && hostId === core.store.hostId
  })
  await Promise.allSettled(
    here.map(({ runId }) => core.runs.command(runId, { type: 'checkpoint' }, patience)),
  )
}

/** A run that diverges is a result. */
function exitCodeOf({ status, counts }: StudyChange['study']): ExitCode {
  return status === 'finished' && counts.completed === 0 && counts.total > 0 ? 1 : 0
}
