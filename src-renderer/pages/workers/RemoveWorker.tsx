import { useMutation } from '@tanstack/react-query'
import type { WorkerInfo } from '../../../shared/api/workers.ts'
import { api } from '../../client.ts'
import { AskFirst } from '../../components/AskFirst.tsx'
import { notifyDone } from '../../components/notify.ts'
import { removeWords } from '../../workers/workerWords.ts'

interface RemoveWorkerProps {
  readonly worker: WorkerInfo
  readonly opened: boolean
  readonly onClose: () => void
}

/** A token that is void cannot be taken back. */
export function RemoveWorker({ worker, opened, onClose }: RemoveWorkerProps) {
  const { id, name } = worker
  const removing = useMutation({
    mutationFn: () => api.workers.command.mutate({ id, command: 'remove' }),
    onSuccess() {
      notifyDone(`${name} was removed`)
      onClose()
    },
  })
  return (
    <AskFirst
      opened={opened}
      title={`Remove ${name}?`}
      keep="Keep it"
      act="Remove it"
      failed="It was not removed"
      acting={removing}
      onAct={() => removing.mutate()}
      onClose={onClose}
    >
      {removeWords(worker)}
    </AskFirst>
  )
}
