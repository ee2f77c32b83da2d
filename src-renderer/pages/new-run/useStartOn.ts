import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { DatasetInfo } from '../../../shared/api/datasets.ts'
import { presets } from '../../../shared/schedule/index.ts'
import { modelOn } from './model/fit.ts'
import { filled } from './model/switchFamily.ts'
import type { useDraft } from './useDraft.ts'

/** The data set and the schedule that the address names go into the form, and out of the address: a reload keeps what was changed since. */
export function useStartOn(
  { set, update }: Pick<ReturnType<typeof useDraft>, 'set' | 'update'>,
  whole: readonly DatasetInfo[] | undefined,
): void {
  const { data, preset } = useSearch({ from: '/new' })
  const navigate = useNavigate()
  useEffect(() => {
    if (data === undefined || whole === undefined) return
    chooseData({ set, update }, data, whole)
    void navigate({
      to: '/new',
      search: (search) => ({ ...search, data: undefined }),
      replace: true,
      resetScroll: false,
    })
  }, [data, whole, set, update, navigate])
  useEffect(() => {
    if (preset === undefined) return
    const chosen = presets.find(({ id }) => id === preset)
    if (chosen !== undefined) set(['schedule'], filled(chosen.spec))
    void navigate({
      to: '/new',
      search: (search) => ({ ...search, preset: undefined }),
      replace: true,
      resetScroll: false,
    })
  }, [preset, set, navigate])
}

/** Another data set, with a network that can read it. @param name its name or id */
export function chooseData(
  { set, update }: Pick<ReturnType<typeof useDraft>, 'set' | 'update'>,
  name: string | number,
  whole: readonly DatasetInfo[],
): void {
  set(['dataset', 'name'], name)
  const info = whole.find((one) => one.name === name || one.id === name)
  if (info !== undefined) update(['model'], (model) => modelOn(model, info) ?? model)
}
