import { useMantineColorScheme } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { runDownloads, runDownloadUrl } from '../../../shared/api/urls.ts'
import { api } from '../../client.ts'
import { download } from '../../components/download.ts'
import { downloadNames } from '../../components/downloadNames.ts'
import { notifyError } from '../../components/notify.ts'
import { useShortcutGroups } from '../shortcuts.ts'
import type { Found } from './found.ts'

/** What the finder can do that concerns no other thing of the lab: first what the page that is open can do. */
export function useCommands(showShortcuts: () => void): Found[] {
  const navigate = useNavigate()
  const { runId } = useParams({ strict: false })
  const ofPages = useShortcutGroups()
    .filter(({ page }) => page !== 'Everywhere')
    .flatMap(({ page, list }) =>
      list
        .filter(({ keys }) => !isMove(keys))
        .map(({ does, keys, run }) => ({ key: `${page} ${keys}`, label: does, keys, run })),
    )
  const runDemo = () =>
    api.runs.launchDemo.mutate().then(
      ({ id }) => navigate({ to: '/runs/$runId', params: { runId: id } }),
      (error: unknown) => notifyError('The demo could not be started', error),
    )
  const exports = (id: string): Found[] =>
    runDownloads.map((format) => ({
      key: `export ${format}`,
      label: `Export this run: ${downloadNames[format]}`,
      run: () => download(runDownloadUrl(id, format)),
    }))
  return unlikeEachOther([
    {
      key: 'new',
      label: 'New run',
      also: ['train', 'start'],
      keys: 'n',
      run: () => void navigate({ to: '/new' }),
    },
    {
      key: 'find rate',
      label: 'Find the rate of a new run',
      also: ['range test', 'learning rate', 'lr_find', 'find-lr'],
      run: () => void navigate({ to: '/new', search: { find: true } }),
    },
    {
      key: 'new study',
      label: 'New study',
      also: ['sweep', 'grid', 'search', 'budget study', 'trunk', 'hyperparameters'],
      run: () => void navigate({ to: '/studies/new' }),
    },
    {
      key: 'add worker',
      label: 'Add a worker',
      also: ['machine', 'gpu', 'remote', 'cluster', 'join'],
      run: () => void navigate({ to: '/workers', search: { add: true } }),
    },
    {
      key: 'import',
      label: 'Import a data set',
      also: ['csv', 'images', 'idx', 'cifar'],
      run: () => void openImport().then(() => navigate({ to: '/data' })),
    },
    {
      key: 'import log',
      label: 'Import a TensorBoard log',
      also: ['event files', 'SummaryWriter', 'tfevents', 'PyTorch', 'Keras'],
      run: () => void import('../../elsewhere/logJob.ts').then(({ openImportLog }) => openImportLog()),
    },
    {
      key: 'import predictions',
      label: 'Import predictions',
      also: ['logits', 'probabilities', 'npy', 'npz', 'parquet', 'csv', 'ensemble of another program'],
      run: () =>
        void import('../../elsewhere/predictionsJob.ts').then(({ openImportPredictions }) =>
          openImportPredictions(),
        ),
    },
    ...ofPages,
    ...(runId === undefined ? [] : exports(runId)),
    { key: 'demo', label: 'Run the demo', run: () => void runDemo() },
    ...useThemes(),
    { key: 'keys', label: 'Show keyboard shortcuts', keys: '?', run: showShortcuts },
  ])
}

/** Keys that only move about in a list mean nothing when the finder has closed. */
const isMove = (keys: string): boolean => /^(shift\+)?(arrow\w+|page\w+|home|end|escape|[jk])$/i.test(keys)

/** A page's own command stands for the same one of every page, and brings its key. */
function unlikeEachOther(commands: readonly Found[]): Found[] {
  const byLabel = new Map<string, Found>()
  for (const command of commands) byLabel.set(command.label, { ...byLabel.get(command.label), ...command })
  return [...byLabel.values()]
}

async function openImport(): Promise<void> {
  const { openImportForm } = await import('../../pages/data/import/importJob.ts')
  openImportForm()
}

function useThemes(): Found[] {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const all = [
    { scheme: 'light', label: 'Light theme' },
    { scheme: 'dark', label: 'Dark theme' },
    { scheme: 'auto', label: 'Theme of the system' },
  ] as const
  return all
    .filter(({ scheme }) => scheme !== colorScheme)
    .map(({ scheme, label }) => ({ key: scheme, label, run: () => setColorScheme(scheme) }))
}
