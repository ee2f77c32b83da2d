import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { type ChoiceAddress, noChoice, startOfAddress } from '../../ensemble/choiceAddress.ts'
import type { Start } from '../../ensemble/useEnsemble.ts'

interface EnsembleAddress {
  readonly isOpen: boolean
  /** By a click, and not by the address. */
  readonly isJustOpened: boolean
  readonly start: Start
  readonly toggle: () => void
  readonly onChoice: (choice: ChoiceAddress) => void
}

/** Whether the run's ensemble is open, and what is chosen there: a reload gives both back. */
export function useEnsembleAddress(runId: string): EnsembleAddress {
  const { ensemble = false, method, members, weights, by } = useSearch({ from: '/runs/$runId' })
  const navigate = useNavigate()
  // The click is answered in its own frame; the address follows.
  const [isOpen, setOpen] = useState(ensemble)
  const [isJustOpened, setJustOpened] = useState(false)
  const change = useCallback(
    (part: Partial<ChoiceAddress> & { readonly ensemble?: boolean | undefined }) =>
      void navigate({
        to: '/runs/$runId',
        params: { runId },
        replace: true,
        resetScroll: false,
        search: (before) => ({ ...before, ...part }),
      }),
    [navigate, runId],
  )
  const toggle = useCallback(() => {
    setOpen(!isOpen)
    setJustOpened(!isOpen)
    change(isOpen ? { ensemble: undefined, ...noChoice } : { ensemble: true })
  }, [isOpen, change])
  return {
    isOpen,
    isJustOpened,
    start: startOfAddress({ method, members, weights, by }),
    toggle,
    onChoice: change,
  }
}
