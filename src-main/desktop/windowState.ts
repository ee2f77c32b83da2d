import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type BrowserWindow, type Rectangle, screen } from 'electron'
import { z } from 'zod'
import { type DesktopTheme, desktopThemes } from '../../shared/api/desktop.ts'
import type { Log } from './log.ts'

export interface Placement {
  /** Without a place where the old one is on no display any more: the system then chooses. */
  readonly bounds: {
    readonly width: number
    readonly height: number
    readonly x?: number
    readonly y?: number
  }
  readonly maximised: boolean
}

/** What of the window outlives the program. */
export interface WindowState {
  readonly theme: DesktopTheme
  placement(): Placement
  keepPlacement(window: Pick<BrowserWindow, 'getNormalBounds' | 'isMaximized'>): void
  keepTheme(theme: DesktopTheme): void
}

const length = z.int().min(-100_000).max(100_000)
const stored = z.object({
  bounds: z.object({ x: length, y: length, width: length.min(200), height: length.min(200) }).optional(),
  maximised: z.boolean().default(false),
  theme: z.enum(desktopThemes).default('system'),
})
type Stored = z.output<typeof stored>

const usual = { width: 1440, height: 900 }

export function createWindowState(file: string, log: Log): WindowState {
  let state = read(file)
  const keep = (change: Partial<Stored>): void => {
    state = { ...state, ...change }
    try {
      // Whole or not at all.
      writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`)
      renameSync(`${file}.new`, file)
    } catch (error) {
      log(`While keeping the window's place: ${error}`)
    }
  }
  return {
    get theme() {
      return state.theme
    },
    placement: () => ({ bounds: visible(state.bounds), maximised: state.maximised }),
    keepPlacement: (window) => keep({ bounds: window.getNormalBounds(), maximised: window.isMaximized() }),
    keepTheme: (theme) => keep({ theme }),
  }
}

/** Anything but what we wrote counts as nothing. */
function read(file: string): Stored {
  try {
    return stored.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { maximised: false, theme: 'system' }
  }
}

/** As it was, where its title bar can still be grabbed; else no larger than the main display. */
function visible(bounds: Rectangle | undefined): Placement['bounds'] {
  const { workArea: main } = screen.getPrimaryDisplay()
  const fitting = ({ width, height }: { width: number; height: number }) => ({
    width: Math.min(width, main.width),
    height: Math.min(height, main.height),
  })
  if (bounds === undefined) return fitting(usual)
  return screen.getAllDisplays().some(({ workArea }) => isGrabbable(bounds, workArea))
    ? bounds
    : fitting(bounds)
}

const grip = { width: 100, height: 20 }

function isGrabbable(bounds: Rectangle, area: Rectangle): boolean {
  const across = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x)
  return across >= grip.width && bounds.y >= area.y && bounds.y + grip.height <= area.y + area.height
}
