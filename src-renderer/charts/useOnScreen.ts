import { type RefObject, useEffect, useRef, useState } from 'react'

/** Whether the element is in sight, or nearly. */
export function useOnScreen(ref: RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(true)
  useEffect(() => {
    const element = ref.current
    if (element === null) return
    const observer = new IntersectionObserver(([entry]) => setSeen(entry?.isIntersecting ?? true), {
      rootMargin: '100px',
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [ref])
  return seen
}

/** The value as it was when last in sight: what nobody sees is not drawn anew. */
export function useFrozen<T>(value: T, live: boolean): T {
  const held = useRef(value)
  if (live) held.current = value
  return held.current
}
