import { useEffect, useState } from 'react'
import { fileAddress } from '../hostKey.ts'

/** How often a picture that does not come is asked for again. */
const mostTries = 2

/**
 * The address of one of the host's files for a picture; undefined until the page has a pass for it.
 * @returns renew: for a picture that was not loaded, since a pass does not last
 */
export function useFileAddress(url: string): { address: string | undefined; renew: () => void } {
  const [address, setAddress] = useState<string>()
  const [tries, setTries] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try asks for another pass.
  useEffect(() => {
    let isWanted = true
    fileAddress(url).then(
      (found) => isWanted && setAddress(found),
      () => undefined,
    )
    return () => {
      isWanted = false
    }
  }, [url, tries])
  return { address, renew: () => setTries((before) => Math.min(mostTries, before + 1)) }
}
