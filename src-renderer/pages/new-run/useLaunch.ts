import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { api } from '../../client.ts'
import { errorWords } from '../../components/errorWords.ts'
import { useWorkers } from '../../hooks/useWorkers.ts'
import { placementProblem } from '../../workers/placementChoices.ts'
import type { Checked } from './model/check.ts'
import type { Draft } from './model/draft.ts'
import { labelAt } from './model/labels.ts'
import { readSpecJson } from './model/readJson.ts'
import { weightsOf } from './model/weights.ts'

type When = 'now' | 'queue'

const topology = 'model.topology'

/** Starting the draft, or saying what keeps it from starting. */
export function useLaunch(
  checked: Checked,
  { tree, json, parent, weights, placement }: Omit<Draft, 'pins' | 'from'>,
  onLaunched: () => void,
  setView: (view: 'designer' | 'json' | 'model') => void,
) {
  const navigate = useNavigate()
  const launch = useMutation({
    mutationFn: (when: When) =>
      parent === undefined
        ? api.runs.launch.mutate({ spec: checked.spec, when, initialWeights: weightsOf(weights), placement })
        : api.runs.branch.mutate({ ...parent, spec: checked.spec, when, placement }),
    onSuccess: ({ id }) => {
      onLaunched()
      return navigate({ to: '/runs/$runId', params: { runId: id } })
    },
  })
  /** The draft a launch was refused for: its sentence goes when the draft changes. */
  const [refused, setRefused] = useState<Pick<Draft, 'weights' | 'placement'> & Pick<Checked, 'spec'>>()
  const wrongJson = useMemo(() => json !== undefined && 'problems' in readSpecJson(json), [json])
  const { info } = useWorkers()
  const place = placementProblem(placement, info, Date.now())
  const wrong =
    firstProblem(checked, tree) ?? (place === undefined ? undefined : { path: 'placement', sentence: place })
  const problem = wrongJson
    ? 'The JSON view holds text that is not applied; mend it or go back to what the form says.'
    : (wrong?.sentence ??
      (launch.error !== null &&
      refused?.spec === checked.spec &&
      refused?.weights === weights &&
      refused?.placement === placement
        ? errorWords(launch.error)
        : undefined))
  const show = () => {
    setView(wrongJson ? 'json' : wrong?.path.startsWith(topology) === true ? 'model' : 'designer')
    if (!wrongJson && wrong !== undefined) requestAnimationFrame(() => focusField(wrong.path))
  }
  return {
    problem,
    showProblem: wrongJson || wrong !== undefined ? show : undefined,
    isBusy: launch.isPending,
    start(when: When) {
      if (launch.isPending) return
      if (wrongJson || wrong !== undefined || checked.spec === undefined) return show()
      setRefused({ spec: checked.spec, weights, placement })
      launch.mutate(when)
    },
  }
}

function firstProblem({ problems }: Checked, tree: unknown): { path: string; sentence: string } | undefined {
  const all = Object.entries(problems)
  const [first] = all
  if (first === undefined) return undefined
  const [path, { rule, sentence }] = first
  const more = all.length > 1 ? ` And ${all.length - 1} more.` : ''
  return { path, sentence: `${sentence ?? `${labelAt(tree, path)} ${rule}`}${more}` }
}

/** The field of a path, or the nearest that holds it. */
function focusField(path: string): void {
  const keys = path.split('.')
  for (let count = keys.length; count > 0; count--) {
    const name = keys.slice(0, count).join('.')
    const field = document.querySelector(`[name="${CSS.escape(name)}"], [data-path="${CSS.escape(name)}"]`)
    if (!(field instanceof HTMLElement)) continue
    field.focus()
    field.scrollIntoView({ block: 'nearest' })
    return
  }
}
