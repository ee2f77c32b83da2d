import { useEffect, useRef } from 'react'
import type { MenuChoice } from '../../shared/api/desktop.ts'

/** In the desktop window: does what its menu asks. */
export function useDesktopMenu(menu: Readonly<Record<MenuChoice, () => void>>): void {
  const latest = useRef(menu)
  useEffect(() => {
    latest.current = menu
  })
  useEffect(() => window.anneal?.onMenu((choice) => latest.current[choice]()), [])
}
