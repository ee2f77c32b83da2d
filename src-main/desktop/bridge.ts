import type { IpcRenderer, IpcRendererEvent } from 'electron'
import { channels, type DesktopBridge, menuChoices, portArrives } from '../../shared/api/desktop.ts'

export interface BridgeParts {
  readonly ipc: Pick<IpcRenderer, 'send' | 'invoke' | 'on' | 'removeListener'>
  readonly platform: string
  readonly versions: DesktopBridge['versions']
  /** Electron's own, which takes a file of the page. */
  readonly pathForFile: DesktopBridge['pathForFile']
  /** Posts to the page itself, with the ports. */
  readonly handOver: (message: string, ports: IpcRendererEvent['ports']) => void
}

/** `window.anneal`: no more than the contract says, and never an event or a module of Electron. */
export function createBridge({ ipc, platform, versions, pathForFile, handOver }: BridgeParts): DesktopBridge {
  ipc.on(channels.port, ({ ports }) => handOver(portArrives, ports))
  return {
    platform,
    versions,
    connect: () => ipc.send(channels.connect),
    revealDatabase: () => ipc.invoke(channels.reveal),
    chooseFolder: () => ipc.invoke(channels.chooseFolder),
    chooseFile: () => ipc.invoke(channels.chooseFile),
    pathForFile: (file) => pathForFile(file),
    setTheme: (theme) => ipc.invoke(channels.theme, theme),
    onMenu(listener) {
      const receive = (_event: unknown, chosen: unknown): void => {
        const choice = menuChoices.find((each) => each === chosen)
        if (choice !== undefined) listener(choice)
      }
      ipc.on(channels.menu, receive)
      return () => void ipc.removeListener(channels.menu, receive)
    },
  }
}
