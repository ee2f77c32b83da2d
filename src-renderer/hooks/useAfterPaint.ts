import { startTransition, useEffect, useState } from 'react'

/**
 * The value as it was until the frame that shows the new one is on the screen. `useDeferredValue` gives way to the pointer
 * and the keys, not to the frame: what it puts off may still begin before the answer is painted.
 */
export function useAfterPaint<T>(value: T): T {
  const [painted, setPainted] = useState(value)
  useEffect(() => {
    let afterwards: ReturnType<typeof setTimeout> | undefined
    const frame = requestAnimationFrame(() => {
      // Run before the frame is painted; a task of its own comes after.
      afterwards = setTimeout(() => startTransition(() => setPainted(() => value)))
    })
    return () => {
      cancelAnimationFrame(frame)
      clearTimeout(afterwards)
    }
  }, [value])
  return painted
}
