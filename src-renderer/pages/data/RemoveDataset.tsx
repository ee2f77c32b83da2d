import { useMutation } from '@tanstack/react-query'
import type { DamagedDatasetInfo, DatasetInfo } from '../../../shared/api/datasets.ts'
import { queryClient, trpc } from '../../client.ts'
import { AskFirst } from '../../components/AskFirst.tsx'
import { notifyDone } from '../../components/notify.ts'
import { counted } from '../../format/format.ts'

interface RemoveDatasetProps {
  readonly opened: boolean
  readonly subject: DatasetInfo | DamagedDatasetInfo
  readonly onClose: () => void
  readonly onRemoved: () => void
}

/** Files cannot be taken back from the dead. */
export function RemoveDataset({ opened, subject, onClose, onRemoved }: RemoveDatasetProps) {
  const name = 'name' in subject ? subject.name : subject.id
  const removing = useMutation({
    ...trpc.datasets.remove.mutationOptions(),
    async onSuccess() {
      await queryClient.invalidateQueries({ queryKey: trpc.datasets.list.queryKey() })
      notifyDone(
        'embedded' in subject && subject.embedded
          ? `${name} was put back from the files that ship with Anneal`
          : `${name} was removed`,
      )
      onClose()
      onRemoved()
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
      onAct={() => removing.mutate({ id: subject.id })}
      onClose={onClose}
    >
      {consequences(subject)}
    </AskFirst>
  )
}

function consequences(subject: DatasetInfo | DamagedDatasetInfo): string {
  if ('problem' in subject) return 'Its damaged files are deleted. Runs that used it stay as they are.'
  if (subject.embedded) return 'It ships with Anneal: it is stored anew from the shipped files at once.'
  const examples = counted(subject.trainCount + subject.testCount, 'example')
  const copies = `Its ${examples} are deleted from Anneal’s folder; the files they came from stay as they are.`
  if (subject.runs === 0) return copies
  const used =
    subject.runs === 1
      ? 'One stored run used it and stays, but'
      : `${counted(subject.runs, 'stored run')} used it and stay, but`
  return `${copies} ${used} cannot be resumed until it is imported again.`
}
