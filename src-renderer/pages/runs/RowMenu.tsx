import { Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { runDownloadUrl } from '../../../shared/api/urls.ts'
import { isOurs, isTraining } from '../../../shared/run/kind.ts'
import { download } from '../../components/download.ts'
import { GrowItems } from '../../components/GrowItems.tsx'
import { moveQueued } from '../../components/moveQueued.ts'
import { isResumable } from './facts.ts'
import { archive, favourite, remove, restore, resume } from './rowActions.ts'

export interface MenuPlace {
  readonly id: string
  readonly x: number
  readonly y: number
}

interface RowMenuProps {
  readonly run: RunSummary | undefined
  readonly place: MenuPlace | undefined
  readonly isDeleted: boolean
  readonly isBaseline: boolean
  readonly onClose: () => void
  readonly onOpen: (id: string) => void
  readonly onClone: (id: string) => void
  readonly onBaseline: (id: string) => void
  readonly onPurge: (run: RunSummary) => void
}

/** What can be done with one run, where the pointer or the cursor is. One menu for the whole table. */
export function RowMenu(props: RowMenuProps) {
  const { run, place, onClose } = props
  if (run === undefined || place === undefined) return null
  return (
    <Menu opened onChange={(opened) => !opened && onClose()} position="bottom-start" shadow="md" trapFocus>
      <Menu.Target>
        <span style={{ position: 'fixed', left: place.x, top: place.y }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={`Of ${run.name}`}>
        {props.isDeleted ? <DeletedItems {...props} run={run} /> : <Items {...props} run={run} />}
      </Menu.Dropdown>
    </Menu>
  )
}

type ItemsProps = RowMenuProps & { readonly run: RunSummary }

function DeletedItems({ run, onPurge }: ItemsProps) {
  return (
    <>
      <Menu.Item onClick={() => void restore([run])}>Restore</Menu.Item>
      <Menu.Item color="red" onClick={() => onPurge(run)}>
        Delete for good…
      </Menu.Item>
    </>
  )
}

function Items({ run, isBaseline, onOpen, onClone, onBaseline }: ItemsProps) {
  const navigate = useNavigate()
  const keep = (format: 'csv' | 'json' | 'tensorboard' | 'svg') => () =>
    download(runDownloadUrl(run.id, format))
  return (
    <>
      <Menu.Item onClick={() => onOpen(run.id)}>Open</Menu.Item>
      {isResumable(run) && <Menu.Item onClick={() => void resume(run)}>Resume</Menu.Item>}
      {run.status === 'queued' && (
        <Menu.Item onClick={() => void moveQueued(run, 'first')}>Start it next</Menu.Item>
      )}
      {isOurs(run) && <Menu.Item onClick={() => onClone(run.id)}>Clone into a new run</Menu.Item>}
      {isTraining(run) && <GrowItems run={run} />}
      {isTraining(run) && (
        <Menu.Item onClick={() => void navigate({ to: '/studies/new', search: { from: run.id } })}>
          Sweep this…
        </Menu.Item>
      )}
      {isTraining(run) && (
        <Menu.Item onClick={() => onBaseline(run.id)}>
          {isBaseline ? 'No baseline' : 'Set as baseline'}
        </Menu.Item>
      )}
      <Menu.Item onClick={() => void favourite([run])}>
        {run.favourite ? 'No favourite' : 'Favourite'}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item onClick={keep('csv')}>Export CSV</Menu.Item>
      <Menu.Item onClick={keep('json')}>Export JSON</Menu.Item>
      <Menu.Item onClick={keep('tensorboard')}>Export TensorBoard events</Menu.Item>
      <Menu.Item onClick={keep('svg')}>Export the picture (SVG)</Menu.Item>
      <Menu.Divider />
      <Menu.Item onClick={() => void archive([run], !run.archived)}>
        {run.archived ? 'Unarchive' : 'Archive'}
      </Menu.Item>
      <Menu.Item color="red" onClick={() => void remove([run])}>
        Delete
      </Menu.Item>
    </>
  )
}
