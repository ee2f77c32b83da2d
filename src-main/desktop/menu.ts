import { Menu, type MenuItemConstructorOptions, shell } from 'electron'
import type { MainWindow } from '../window.ts'

export interface MenuOptions {
  readonly window: Pick<MainWindow, 'choose'>
  readonly database: string
  readonly logFile: string
  readonly platform?: NodeJS.Platform
}

const separator: MenuItemConstructorOptions = { type: 'separator' }

export function setMenu(options: MenuOptions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)))
}

/** The menus a user of each system expects, with what is ours in File and Help. */
export function menuTemplate({
  window,
  database,
  logFile,
  platform = process.platform,
}: MenuOptions): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin'
  const fileManager = isMac ? 'Finder' : platform === 'win32' ? 'Explorer' : 'Files'
  return [
    ...(isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      label: '&File',
      submenu: [
        { label: '&New Run', accelerator: 'CommandOrControl+N', click: () => window.choose('newRun') },
        { label: 'Import a &TensorBoard Log…', click: () => window.choose('importLog') },
        { label: 'Import &Predictions…', click: () => window.choose('importPredictions') },
        separator,
        { label: `Reveal &Database in ${fileManager}`, click: () => shell.showItemInFolder(database) },
        separator,
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        { role: 'toggleDevTools' },
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { label: '&Keyboard Shortcuts', click: () => window.choose('shortcuts') },
        separator,
        { label: `Reveal &Log in ${fileManager}`, click: () => shell.showItemInFolder(logFile) },
      ],
    },
  ]
}
