import { useState } from 'react'

/** Of a list of any length, which hooks cannot take as it is. */
export function useMemoBy<T>(parts: readonly unknown[], make: () => T): T {
  const [held, setHeld] = useState(() => ({ parts, value: make() }))
  const isSame = held.parts.length === parts.length && held.parts.every((one, i) => one === parts[i])
  if (isSame) return held.value
  const value = make()
  setHeld({ parts, value })
  return value
}
