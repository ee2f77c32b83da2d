import { Button, Menu } from '@mantine/core'
import type { RunSummary } from '../../shared/api/runs.ts'
import { api } from '../client.ts'
import { notifyError } from '../components/notify.ts'
import { useWorkers } from '../hooks/useWorkers.ts'
import { choiceOf, placementChoices, placementOf } from './placementChoices.ts'
import { isAnywhere } from './workerWords.ts'

/** Another place for a run that waits; nothing where there is only here. */
export function PlaceMenu({ run }: { readonly run: RunSummary }) {
  const { info } = useWorkers()
  const now = run.place?.placement ?? null
  if (info === undefined || (now === null && !isAnywhere(info))) return null
  const place = (value: string): void => {
    api.runs.place
      .mutate({ id: run.id, placement: placementOf(value) })
      .catch((error: unknown) => notifyError(`${run.name} keeps its place`, error))
  }
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <Button variant="default">Train it elsewhere…</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {placementChoices(info, now, Date.now())
          .filter(({ value }) => value !== choiceOf(now))
          .map(({ value, label, isDisabled }) => (
            <Menu.Item key={value} disabled={isDisabled} onClick={() => place(value)}>
              {label}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  )
}
