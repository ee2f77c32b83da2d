import { useMantineColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { MenuChoice } from '../../shared/api/desktop.ts'

/** In the desktop window: does what its menu asks, and has its frame and dialogs follow the page's theme. */
export function useDesktop(menu: Readonly<Record<MenuChoice, () => void>>): void {
  const { colorScheme } = useMantineColorScheme()
  const latest = useRef(menu)
  useEffect(() => {
    latest.current = menu
  })
  useEffect(() => window.anneal?.onMenu((choice) => latest.current[choice]()), [])
  useEffect(() => {
    window.anneal?.setTheme(colorScheme === 'auto' ? 'system' : colorScheme).catch(() => undefined)
  }, [colorScheme])
}
