import { ActionIcon, Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import type { StudySummary } from '../../../shared/api/studies.ts'
import { studyTableUrl } from '../../../shared/api/urls.ts'
import { download } from '../../components/download.ts'
import { notifyDone } from '../../components/notify.ts'
import { commandStudy, removeStudy } from './studyActs.ts'

const moves = [
  ['first', 'Before all other studies'],
  ['earlier', 'One place earlier'],
  ['later', 'One place later'],
  ['last', 'After all other studies'],
] as const

/** Its place among studies that wait, and what is done with it as a thing in a list. */
export function StudyMenu({ study }: { readonly study: StudySummary }) {
  const navigate = useNavigate()
  const clipboard = useClipboard()
  const { id, status } = study
  const isOpen = status === 'active' || status === 'paused'
  const openWords = isOpen ? 'Cancel it first: its runs wait or train.' : undefined
  const remove = async (runs: boolean): Promise<void> => {
    if (await removeStudy(study, runs)) await navigate({ to: '/studies' })
  }
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="More">
          <span aria-hidden="true">⋯</span>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {isOpen && <Menu.Label>In the queue</Menu.Label>}
        {isOpen &&
          moves.map(([command, words]) => (
            <Menu.Item key={command} onClick={() => void commandStudy(study, command)}>
              {words}
            </Menu.Item>
          ))}
        {isOpen && <Menu.Divider />}
        <Menu.Item onClick={() => void navigate({ to: '/studies/new', search: { study: id } })}>
          New study from this
        </Menu.Item>
        <Menu.Item
          onClick={() => {
            clipboard.copy(id)
            notifyDone(`Copied ${id}`)
          }}
        >
          Copy id
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Download</Menu.Label>
        <Menu.Item onClick={() => download(studyTableUrl(id, 'csv'))}>Table of runs (CSV)</Menu.Item>
        <Menu.Item onClick={() => download(studyTableUrl(id, 'parquet'))}>Table of runs (Parquet)</Menu.Item>
        <Menu.Divider />
        <Menu.Item c="var(--failure)" disabled={isOpen} title={openWords} onClick={() => void remove(false)}>
          Delete, and keep its runs
        </Menu.Item>
        <Menu.Item c="var(--failure)" disabled={isOpen} title={openWords} onClick={() => void remove(true)}>
          Delete with its runs
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
