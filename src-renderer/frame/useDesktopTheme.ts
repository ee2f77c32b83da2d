import { useMantineColorScheme } from '@mantine/core'
import { useEffect } from 'react'

/** The desktop window's frame and dialogs follow the theme that is chosen for the page. */
export function useDesktopTheme(): void {
  const { colorScheme } = useMantineColorScheme()
  useEffect(() => {
    // A frame of the other colour harms nothing, and the page itself is as it was chosen.
    window.anneal?.setTheme(colorScheme === 'auto' ? 'system' : colorScheme).catch(() => undefined)
  }, [colorScheme])
}
