import { Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { RunSummary } from '../../shared/api/runs.ts'
import type { OriginKind } from '../../shared/run/origin.ts'

/** Runs that come from this one. A run that has kept nothing yet has only its spec to give. */
export function GrowItems({ run }: { readonly run: RunSummary }) {
  const navigate = useNavigate()
  const grow = (begin: OriginKind) => () => void navigate({ to: '/new', search: { from: run.id, begin } })
  const hasState = run.stepsDone > 0
  const why = hasState ? undefined : 'It has kept no state yet.'
  return (
    <>
      <Menu.Item disabled={!hasState} title={why} onClick={grow('branch')}>
        Branch from its last state…
      </Menu.Item>
      <Menu.Item disabled={!hasState} title={why} onClick={grow('fineTune')}>
        Fine-tune its last state…
      </Menu.Item>
      <Menu.Item onClick={grow('again')}>Run again with another seed…</Menu.Item>
    </>
  )
}
