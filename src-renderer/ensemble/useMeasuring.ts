import { useEffect, useRef, useState } from 'react'

interface Told<T> {
  readonly onData: (now: T) => void
  readonly onError: (failure: unknown) => void
}

/**
 * A slow measurement of the host's, which tells all that it knows at every step.
 * @param subscribe begins it; what it gives ends it
 */
export function useMeasuring<T extends { readonly isDone: boolean }>(
  subscribe: (told: Told<T>) => { unsubscribe(): void },
) {
  const [known, setKnown] = useState<T>()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const end = useRef<() => void>(undefined)
  const cancel = (): void => {
    end.current?.()
    end.current = undefined
    setBusy(false)
  }
  useEffect(() => () => end.current?.(), [])
  const start = (): void => {
    cancel()
    setError(undefined)
    setKnown(undefined)
    setBusy(true)
    const subscription = subscribe({
      onData(now) {
        setKnown(now)
        if (now.isDone) cancel()
      },
      onError(failure) {
        setError(failure)
        setBusy(false)
      },
    })
    end.current = () => subscription.unsubscribe()
  }
  return { known, error, isBusy, start, cancel }
}
