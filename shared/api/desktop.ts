/*
 * The little that a desktop window can do and a page in a browser cannot. Everything else is a procedure, which travels
 * over a port in the desktop window and over HTTP in a browser.
 */

/** The window's own origin: the scheme is ours, so nothing else can have it. */
export const desktopOrigin = 'app://anneal'

/** What the page's choice of theme can be. */
export const desktopThemes = ['light', 'dark', 'system'] as const
export type DesktopTheme = (typeof desktopThemes)[number]

/** What the native menu asks the page to do. */
export const menuChoices = ['newRun', 'importLog', 'importPredictions', 'shortcuts'] as const
export type MenuChoice = (typeof menuChoices)[number]

/** As much of a page's `File` as is said here, where there are no pages. */
export interface PageFile {
  readonly name: string
  readonly size: number
}

/** `window.anneal` of a desktop window. Paths are absolute paths of this machine. */
export interface DesktopBridge {
  readonly platform: string
  readonly versions: { readonly electron: string; readonly chrome: string }
  /** Asks for a port to the procedures: it comes as a message of the window to itself, whose data is `portArrives`. */
  connect(): void
  /** Shows the database in the file manager. */
  revealDatabase(): Promise<void>
  /** The system's own dialog. @returns undefined when the user leaves it without a choice */
  chooseFolder(): Promise<string | undefined>
  chooseFile(): Promise<string | undefined>
  /** Where a dropped file or folder lies; empty for one that lies nowhere, such as a picture dragged out of a page. */
  pathForFile(file: PageFile): string
  /** Window frame, dialogs and `prefers-color-scheme` follow. */
  setTheme(theme: DesktopTheme): Promise<void>
  /** @returns ends it */
  onMenu(listener: (choice: MenuChoice) => void): () => void
}

/** Data of the message that brings the port. */
export const portArrives = 'anneal:port'

/** Names of what the preload sends to the host, and of what comes back unasked. */
export const channels = {
  connect: 'anneal:connect',
  port: 'anneal:port',
  reveal: 'anneal:reveal-database',
  chooseFolder: 'anneal:choose-folder',
  chooseFile: 'anneal:choose-file',
  theme: 'anneal:theme',
  menu: 'anneal:menu',
} as const
