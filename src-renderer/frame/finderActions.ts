import { useMantineColorScheme } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { runDownloads, runDownloadUrl } from '../../shared/api/urls.ts'
import { api } from '../client.ts'
import { download } from '../components/download.ts'
import { notifyError } from '../components/notify.ts'
import { useShortcutGroups } from './shortcuts.ts'

export interface FinderAction {
  readonly label: string
  readonly keys?: string
  readonly run: () => void
}

const formats = { csv: 'CSV', json: 'JSON', svg: 'a picture (SVG)', tensorboard: 'TensorBoard events' }

/** What the finder can do besides opening runs: that of the page that is open first. */
export function useFinderActions(showShortcuts: () => void) {
  const navigate = useNavigate()
  const { runId } = useParams({ strict: false })
  const ofPages = useShortcutGroups()
    .filter(({ page }) => page !== 'Everywhere')
    .flatMap(({ list }) => list.map(({ does, keys, run }) => ({ label: does, keys, run })))
  const runDemo = () =>
    api.runs.launchDemo.mutate().then(
      ({ id }) => navigate({ to: '/runs/$runId', params: { runId: id } }),
      (error: unknown) => notifyError('The demo could not be started', error),
    )
  const exports = (id: string) =>
    runDownloads.map((format) => ({
      label: `Export this run as ${formats[format]}`,
      run: () => download(runDownloadUrl(id, format)),
    }))
  const actions: FinderAction[] = [
    { label: 'New run', keys: 'n', run: () => void navigate({ to: '/new' }) },
    { label: 'Run the demo', run: () => void runDemo() },
    ...ofPages,
    ...(runId === undefined ? [] : exports(runId)),
    ...useThemeActions(),
    { label: 'Show keyboard shortcuts', keys: '?', run: showShortcuts },
  ]
  const pages: FinderAction[] = [
    { label: 'Runs', run: () => void navigate({ to: '/' }) },
    { label: 'Ensembles', run: () => void navigate({ to: '/ensembles' }) },
    { label: 'Data', run: () => void navigate({ to: '/data' }) },
    { label: 'Settings', run: () => void navigate({ to: '/settings' }) },
  ]
  const openRun = (id: string) => void navigate({ to: '/runs/$runId', params: { runId: id } })
  return { pages, actions, openRun }
}

function useThemeActions(): FinderAction[] {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const all = [
    { scheme: 'light', label: 'Light theme' },
    { scheme: 'dark', label: 'Dark theme' },
    { scheme: 'auto', label: 'Theme of the system' },
  ] as const
  return all
    .filter(({ scheme }) => scheme !== colorScheme)
    .map(({ scheme, label }) => ({ label, run: () => setColorScheme(scheme) }))
}
