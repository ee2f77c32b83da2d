import { Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { elsewhereDialog } from '../elsewhere/dialogs.ts'
import { ElsewhereDialogs } from '../elsewhere/ElsewhereDialogs.tsx'
import { ConnectionNote } from './ConnectionNote.tsx'
import { DropTarget } from './drop/DropTarget.tsx'
import classes from './Frame.module.css'
import { Finder, openFinder } from './finder/Finder.tsx'
import { HealthNote } from './HealthNote.tsx'
import notes from './Notes.module.css'
import { Rail } from './Rail.tsx'
import { ShortcutSheet } from './ShortcutSheet.tsx'
import { useShortcuts } from './shortcuts.ts'
import { TopLine } from './TopLine.tsx'
import { useDesktopMenu } from './useDesktopMenu.ts'
import { useDesktopTheme } from './useDesktopTheme.ts'
import { useRunNews } from './useRunNews.ts'

/** What stands around every page. The page scrolls in its own box, so that nothing here ever moves. */
export function Frame() {
  const page = useRef<HTMLDivElement>(null)
  const [isSheetOpen, setSheetOpen] = useState(false)
  const navigate = useNavigate()
  useShortcuts('Everywhere', [
    { keys: 'mod+K', does: 'Find anything', run: openFinder },
    { keys: 'n', does: 'New run', run: () => void navigate({ to: '/new' }) },
    { keys: 's', does: 'Studies', run: () => void navigate({ to: '/studies' }) },
    { keys: 'w', does: 'Workers', run: () => void navigate({ to: '/workers' }) },
    { keys: '?', does: 'Show these shortcuts', run: () => setSheetOpen(true) },
  ])
  useDesktopMenu({
    newRun: () => void navigate({ to: '/new' }),
    importLog: () => elsewhereDialog.set('log'),
    importPredictions: () => elsewhereDialog.set('predictions'),
    shortcuts: () => setSheetOpen(true),
  })
  useRunNews()
  useDesktopTheme()
  useFocusOnNewPage(page)
  return (
    <div className={classes.frame}>
      <button type="button" className={classes.skip} onClick={() => page.current?.focus()}>
        Skip to the page
      </button>
      <TopLine />
      <div className={notes.notes}>
        <ConnectionNote />
        <HealthNote />
      </div>
      <Rail onShowShortcuts={() => setSheetOpen(true)} />
      <div className={classes.page} id="page" ref={page} tabIndex={-1}>
        <Outlet />
      </div>
      <Finder onShowShortcuts={() => setSheetOpen(true)} />
      <DropTarget />
      <ElsewhereDialogs />
      <ShortcutSheet opened={isSheetOpen} onClose={() => setSheetOpen(false)} />
    </div>
  )
}

/** Another page: whoever reads by ear or keyboard goes on at its beginning, not at the link that was followed. */
function useFocusOnNewPage(page: React.RefObject<HTMLDivElement | null>): void {
  const path = useLocation({ select: ({ pathname }) => pathname })
  const shown = useRef(path)
  useEffect(() => {
    if (shown.current === path) return
    shown.current = path
    if (!page.current?.contains(document.activeElement)) page.current?.focus({ preventScroll: true })
  }, [path, page])
}
