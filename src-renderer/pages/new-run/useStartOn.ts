import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { useDraft } from './useDraft.ts'

/** The data set that the address names goes into the form, and out of the address: a reload keeps what was changed since. */
export function useStartOn(set: ReturnType<typeof useDraft>['set']): void {
  const { data } = useSearch({ from: '/new' })
  const navigate = useNavigate()
  useEffect(() => {
    if (data === undefined) return
    set(['dataset', 'name'], data)
    void navigate({ to: '/new', search: (search) => ({ ...search, data: undefined }), replace: true })
  }, [data, set, navigate])
}
