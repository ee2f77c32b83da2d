import { ActionIcon, Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { runDownloads, runDownloadUrl } from '../../../shared/api/urls.ts'
import { isOurs } from '../../../shared/run/kind.ts'
import { isActive } from '../../../shared/run/state.ts'
import { download } from '../../components/download.ts'
import { downloadNames } from '../../components/downloadNames.ts'
import { GrowItems } from '../../components/GrowItems.tsx'
import { notifyDone } from '../../components/notify.ts'
import { extendWords } from './extendWords.ts'
import classes from './Run.module.css'
import type { RunActionsProps } from './RunActions.tsx'
import { archiveRun, deleteRun } from './runActs.ts'

const whyNot = (run: RunActionsProps['run']): string =>
  isOurs(run) ? 'Stop it first: it still trains.' : 'Stop following it first: it is still read.'

/** What is done with a run as a thing in a list: clone, download, archive, delete. */
export function MoreMenu({ run }: RunActionsProps) {
  const navigate = useNavigate()
  const clipboard = useClipboard()
  const active = isActive(run.status)
  const extension = extendWords(run)
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="More">
          <span aria-hidden="true">⋯</span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!extension.isPossible && run.kind === 'training' && (
          <Menu.Item disabled>
            {extension.label}
            <div className={classes.why}>{extension.words}</div>
          </Menu.Item>
        )}
        {isOurs(run) && (
          <Menu.Item onClick={() => void navigate({ to: '/new', search: { from: run.id } })}>Clone</Menu.Item>
        )}
        {run.kind === 'training' && (
          <Menu.Item onClick={() => void navigate({ to: '/studies/new', search: { from: run.id } })}>
            Sweep this…
          </Menu.Item>
        )}
        {run.kind === 'training' && <GrowItems run={run} />}
        <Menu.Divider />
        <Menu.Item
          onClick={() => {
            clipboard.copy(run.id)
            notifyDone(`Copied ${run.id}`)
          }}
        >
          Copy id
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Download</Menu.Label>
        {runDownloads.map((format) => (
          <Menu.Item key={format} onClick={() => download(runDownloadUrl(run.id, format))}>
            {downloadNames[format]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => archiveRun(run, !run.archived)}>
          {run.archived ? 'Take out of the archive' : 'Archive'}
        </Menu.Item>
        <Menu.Item
          c="var(--failure)"
          disabled={active}
          title={active ? whyNot(run) : undefined}
          onClick={() => deleteRun(run, () => void navigate({ to: '/' }))}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
