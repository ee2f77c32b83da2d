import { useNavigate } from '@tanstack/react-router'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { isTraining } from '../../../shared/run/kind.ts'
import type { TrainerCommand } from '../../../shared/run/messages.ts'
import { isActive } from '../../../shared/run/state.ts'
import { api } from '../../client.ts'
import { notifyDone, notifyError } from '../../components/notify.ts'
import { extendWords } from '../../pages/run/extendWords.ts'
import type { Found } from './found.ts'

type Navigate = ReturnType<typeof useNavigate>

/** What can be done to each run, named after it. @param runs the newest first */
export function useRunCommands(runs: readonly RunSummary[]): Found[] {
  const navigate = useNavigate()
  return runs.flatMap((run, i) => [
    ...steering(run),
    ...(i < extended ? growing(run) : []),
    ...keeping(run, navigate),
  ])
}

/** Whether a run can grow is computed from its schedule: for so many of the newest. */
const extended = 50

function growing(run: RunSummary): Found[] {
  const { isPossible, label, by } = extendWords(run)
  if (!isPossible || run.status !== 'completed' || !isTraining(run)) return []
  const { id, name } = run
  return [
    {
      key: `${id} extend`,
      label: `${label} of ${name}`,
      also: [id, `extend ${name}`],
      run: () =>
        void api.runs.extend.mutate({ id, ...by }).then(
          () => notifyDone(`${name} goes on`),
          (error: unknown) => notifyError(`${name} was not extended`, error),
        ),
    },
  ]
}

function steering(run: RunSummary): Found[] {
  const { id, name, status } = run
  const item = (label: string, command: TrainerCommand): Found => ({
    key: `${id} ${label}`,
    label: `${label} ${name}`,
    also: [id],
    run: () => void send(run, label, command),
  })
  // A range test runs to its end or is stopped.
  if (!isTraining(run)) return isActive(status) ? [item('Stop', { type: 'stop', when: 'now' })] : []
  if (isActive(status) && status !== 'created')
    return [
      status === 'paused' ? item('Resume', { type: 'resume' }) : item('Pause', { type: 'pause' }),
      item('Stop', { type: 'stop', when: 'now' }),
      run.stopsAfterStep === null
        ? item('Stop at the end of its cycle:', { type: 'stop', when: 'cycleEnd' })
        : item('Keep going:', { type: 'keepGoing' }),
    ]
  if (status !== 'interrupted' && status !== 'stopped' && status !== 'failed') return []
  return [{ key: `${id} resume`, label: `Resume ${name}`, also: [id], run: () => void resume(run) }]
}

function keeping({ id, name, archived }: RunSummary, navigate: Navigate): Found[] {
  const archive = archived ? 'Take out of the archive:' : 'Archive'
  return [
    {
      key: `${id} clone`,
      label: `Clone ${name}`,
      also: [id],
      run: () => void navigate({ to: '/new', search: { from: id } }),
    },
    {
      key: `${id} archive`,
      label: `${archive} ${name}`,
      also: [id],
      run: () =>
        void api.runs.annotate
          .mutate({ ids: [id], archived: !archived })
          .catch((error: unknown) => notifyError('The run was not archived', error)),
    },
  ]
}

async function send({ id, name }: RunSummary, label: string, command: TrainerCommand): Promise<void> {
  const failed = `${label} ${name}: it was not done`
  try {
    const answer = await api.runs.command.mutate({ id, command })
    if (answer.outcome === 'refused') notifyError(failed, new Error(answer.reason))
    else notifyDone(answer.outcome === 'waits' ? answer.reason : `${label} ${name}: done`)
  } catch (error) {
    notifyError(failed, error)
  }
}

async function resume({ id, name }: RunSummary): Promise<void> {
  try {
    await api.runs.resume.mutate({ id })
    notifyDone(`${name} goes on`)
  } catch (error) {
    notifyError(`${name} was not resumed`, error)
  }
}
