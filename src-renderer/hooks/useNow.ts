import { useDocumentVisibility, useInterval } from '@mantine/hooks'
import { useEffect, useState } from 'react'

/** The time, milliseconds since 1970, told again every so many milliseconds while the page is looked at. */
export function useNow(every: number): number {
  const [now, setNow] = useState(() => Date.now())
  const isVisible = useDocumentVisibility() === 'visible'
  const { start, stop } = useInterval(() => setNow(Date.now()), every)
  useEffect(() => {
    if (!isVisible) return
    setNow(Date.now())
    start()
    return stop
  }, [isVisible, start, stop])
  return now
}
