import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useIsLeaving } from '../../hooks/useIsLeaving.ts'
import { readSorts, type Sorts, writeSorts } from './view.ts'

export type ListName = 'current' | 'archived' | 'deleted'

/** The address follows the typing at this distance, in milliseconds: it is for reloads and links, not for the table. */
const behind = 200

/** Filter, order and list, kept in the address. */
export function useAddress() {
  const search = useSearch({ from: '/' })
  const navigate = useNavigate()
  const isLeaving = useIsLeaving()
  const [text, setText] = useState(search.q ?? '')
  const written = useRef(text)
  useEffect(() => {
    const q = search.q ?? ''
    if (q === written.current) return
    written.current = q
    setText(q)
  }, [search.q])
  useEffect(() => {
    if (text === written.current) return
    const timer = setTimeout(() => {
      if (isLeaving()) return
      written.current = text
      void navigate({
        to: '/',
        search: (before) => ({ ...before, q: text || undefined }),
        replace: true,
        resetScroll: false,
      })
    }, behind)
    return () => clearTimeout(timer)
  }, [text, navigate, isLeaving])
  const sorts = useMemo(() => readSorts(search.sort), [search.sort])
  const setSorts = (next: Sorts) =>
    void navigate({
      to: '/',
      search: (before) => ({ ...before, sort: writeSorts(next) }),
      replace: true,
      resetScroll: false,
    })
  const list: ListName = search.list ?? 'current'
  const setList = (next: ListName) =>
    void navigate({
      to: '/',
      search: (before) => ({ ...before, list: next === 'current' ? undefined : next }),
    })
  return { text, setText, sorts, setSorts, list, setList }
}
