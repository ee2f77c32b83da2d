import { useMutation } from '@tanstack/react-query'
import { api, queryClient, trpc } from '../../client.ts'
import { AskFirst } from '../../components/AskFirst.tsx'
import { notifyDone } from '../../components/notify.ts'
import { counted } from '../../format/format.ts'

interface PurgeRunsProps {
  readonly opened: boolean
  readonly number: number
  readonly onClose: () => void
}

/** What is deleted for good is no longer restored. */
export function PurgeRuns({ opened, number, onClose }: PurgeRunsProps) {
  const purging = useMutation({
    mutationFn: async () => {
      const ids = (await api.runs.list.query({ of: 'deleted' })).map(({ id }) => id)
      if (ids.length > 0) await api.runs.purge.mutate({ ids })
      return ids.length
    },
    onSuccess(gone) {
      notifyDone(`${counted(gone, 'run')} deleted for good; the space comes back in the next moments`)
      void queryClient.invalidateQueries({ queryKey: trpc.lab.storage.queryKey() })
      onClose()
    },
  })
  return (
    <AskFirst
      opened={opened}
      title={`Delete ${counted(number, 'run')} for good?`}
      keep="Keep them"
      act="Delete for good"
      failed="They were not deleted"
      acting={purging}
      onAct={() => purging.mutate()}
      onClose={onClose}
    >
      Their metrics, snapshots and the ensembles made of them leave the database. This cannot be undone.
    </AskFirst>
  )
}
