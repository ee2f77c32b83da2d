import { useRouter } from '@tanstack/react-router'
import { useCallback } from 'react'

/**
 * Whether another page was asked for, which is still loading while this one stands. What notes something in the address late
 * must ask: it would take the user back.
 */
export function useIsLeaving(): () => boolean {
  const router = useRouter()
  return useCallback(() => {
    const shown = router.state.resolvedLocation
    return shown !== undefined && shown.pathname !== router.latestLocation.pathname
  }, [router])
}
