import { app, BrowserWindow, dialog, nativeTheme } from 'electron'
import { channels, desktopOrigin, type MenuChoice } from '../shared/api/desktop.ts'
import { createCrashGuard } from './desktop/crashes.ts'
import type { Leaving } from './desktop/leaving.ts'
import type { Log } from './desktop/log.ts'
import type { WindowState } from './desktop/windowState.ts'

export interface WindowOptions {
  /** File of the preload script. */
  readonly preload: string
  readonly state: WindowState
  readonly leaving: Leaving
  readonly log: Log
}

/** The one window, which on macOS may be closed and opened again. */
export interface MainWindow {
  current(): BrowserWindow | undefined
  /** Brings it to the front, and opens it when there is none. @param address where a new one begins */
  show(address?: string): void
  /** Hands on what the menu was asked; opens a window for it when there is none. */
  choose(choice: MenuChoice): void
}

const startOf: Readonly<Record<MenuChoice, string>> = {
  newRun: `${desktopOrigin}/new`,
  importLog: `${desktopOrigin}/`,
  importPredictions: `${desktopOrigin}/`,
  shortcuts: `${desktopOrigin}/`,
}

export function createWindow(options: WindowOptions): MainWindow {
  let window: BrowserWindow | undefined
  const show = (address = `${desktopOrigin}/`): void => {
    if (window === undefined) {
      window = openWindow(options, address)
      window.on('closed', () => {
        window = undefined
      })
      return
    }
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }
  return {
    current: () => window,
    show,
    choose(choice) {
      if (window === undefined) return show(startOf[choice])
      show()
      window.webContents.send(channels.menu, choice)
    },
  }
}

function openWindow({ preload, state, leaving, log }: WindowOptions, address: string): BrowserWindow {
  const { bounds, maximised } = state.placement()
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 800,
    minHeight: 560,
    title: 'Anneal',
    // Shown with its first picture, on the page's own background: nothing flashes.
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#242424' : '#ffffff',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // Chromium would fetch its dictionaries from the network.
      spellcheck: false,
    },
  })
  if (maximised) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', (event) => {
    state.keepPlacement(window)
    // Elsewhere than on macOS this is the end of the program, which is asked about while the window still stands.
    if (process.platform === 'darwin' || leaving.isSettled()) return
    event.preventDefault()
    app.quit()
  })
  guardAgainstCrashes(window, log)
  window.loadURL(address).catch((error: unknown) => log(`While opening ${address}: ${error}`))
  return window
}

function guardAgainstCrashes(window: BrowserWindow, log: Log): void {
  const crashes = createCrashGuard()
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return
    log(`The window's process is gone: ${reason} (${exitCode})`)
    if (window.isDestroyed()) return
    if (crashes.mayReload(Date.now())) return window.webContents.reload()
    // Synchronously: nothing else can go on in this window meanwhile; the runs train on.
    const choice = dialog.showMessageBoxSync(window, {
      type: 'error',
      message: 'The window keeps failing.',
      detail: `Its process ended (${reason}). Runs in progress are not affected.`,
      buttons: ['Reload', 'Quit'],
      defaultId: 0,
      cancelId: 0,
    })
    if (choice === 0) window.webContents.reload()
    else app.quit()
  })
  window.on('unresponsive', () => log('The window does not respond.'))
}
