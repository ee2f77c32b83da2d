import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { nameText, snapshotName } from '../../../shared/run/snapshotName.ts'
import { presets } from '../../../shared/schedule/index.ts'
import { trpc } from '../../client.ts'
import { useSavedEnsembles } from '../../ensemble/saved.ts'
import { ago, counted, percent } from '../../format/format.ts'
import { scheduleText } from '../../format/specText.ts'
import { useStudies } from '../../hooks/useStudies.ts'
import { settingsSections } from '../../pages/settings/sections.ts'
import type { Found } from './found.ts'

/* Everything in the lab that has a name, each opened where it is shown. */

export function useRunItems(runs: readonly RunSummary[]): Found[] {
  const navigate = useNavigate()
  return runs.map(({ id, name, tags, createdAt, status }) => ({
    key: id,
    label: name,
    also: [id, ...tags],
    detail: ago(createdAt),
    status,
    run: () => void navigate({ to: '/runs/$runId', params: { runId: id } }),
  }))
}

export function useSnapshotItems(runs: readonly RunSummary[]): Found[] {
  const navigate = useNavigate()
  return runs.flatMap((run) =>
    run.snapshots.map(({ id, valAccuracy, testAccuracy, ...taken }) => ({
      key: String(id),
      label: `Snapshot of ${nameText(snapshotName(run, taken))} of ${run.name}`,
      also: [String(id)],
      detail: percent(valAccuracy ?? testAccuracy),
      run: () => void navigate({ to: '/runs/$runId', params: { runId: run.id }, search: { snapshot: id } }),
    })),
  )
}

/** What the newest snapshots and every saved ensemble get wrong. */
export function useMistakesItems(runs: readonly RunSummary[]): Found[] {
  const navigate = useNavigate()
  const { ensembles } = useSavedEnsembles()
  const ofSnapshots = runs.flatMap((run) =>
    run.snapshots.map(({ id, ...taken }) => ({
      key: `snapshot ${id}`,
      label: `Mistakes of ${nameText(snapshotName(run, taken))} of ${run.name}`,
      also: ['confusion matrix', 'label errors'],
      run: () => void navigate({ to: '/mistakes', search: { snapshot: id } }),
    })),
  )
  const ofEnsembles = (ensembles ?? []).map(({ id, name }) => ({
    key: `ensemble ${id}`,
    label: `Mistakes of ${name}`,
    also: ['confusion matrix', 'label errors'],
    run: () => void navigate({ to: '/mistakes', search: { saved: id } }),
  }))
  return [...ofEnsembles, ...ofSnapshots]
}

export function useDatasetItems(): Found[] {
  const navigate = useNavigate()
  const { data } = useQuery(trpc.datasets.list.queryOptions())
  return (data?.whole ?? []).map(({ id, name, trainCount }) => ({
    key: id,
    label: name,
    also: [id, `data set ${name}`],
    detail: counted(trainCount, 'training example'),
    run: () => void navigate({ to: '/data', search: { open: id } }),
  }))
}

export function useEnsembleItems(): Found[] {
  const navigate = useNavigate()
  const { ensembles } = useSavedEnsembles()
  return (ensembles ?? []).map(({ id, name, members, createdAt }) => ({
    key: String(id),
    label: name,
    also: [`ensemble ${name}`, ...new Set(members.map(({ runName }) => runName))],
    detail: `${counted(members.length, 'snapshot')}, ${ago(createdAt)}`,
    run: () => void navigate({ to: '/ensembles', search: { open: id } }),
  }))
}

export function useStudyItems(): Found[] {
  const navigate = useNavigate()
  const { studies } = useStudies()
  return studies.map(({ id, name, kind, counts, createdAt }) => ({
    key: id,
    label: name,
    also: [id, `study ${name}`, kind],
    detail: `${counted(counts.total, 'run')}, ${ago(createdAt)}`,
    run: () => void navigate({ to: '/studies/$studyId', params: { studyId: id } }),
  }))
}

export function usePresetItems(): Found[] {
  const navigate = useNavigate()
  return presets.map(({ id, name, spec }) => ({
    key: id,
    label: name,
    also: [`preset ${name}`, `schedule ${scheduleText(spec)}`],
    detail: scheduleText(spec),
    run: () => void navigate({ to: '/new', search: { preset: id } }),
  }))
}

export function usePageItems(): Found[] {
  const navigate = useNavigate()
  const pages = [
    { to: '/', label: 'Runs' },
    { to: '/ensembles', label: 'Ensembles' },
    { to: '/studies', label: 'Studies' },
    { to: '/data', label: 'Data' },
    { to: '/workers', label: 'Workers' },
    { to: '/sql', label: 'SQL' },
    { to: '/settings', label: 'Settings' },
  ] as const
  return [
    ...pages.map(({ to, label }) => ({ key: to, label, run: () => void navigate({ to }) })),
    ...settingsSections.map(({ id, title }) => ({
      key: id,
      label: `Settings: ${title}`,
      run: () => void navigate({ to: '/settings', hash: id }),
    })),
  ]
}
