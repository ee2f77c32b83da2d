import {
  dialog,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  ipcMain,
  MessageChannelMain,
  nativeTheme,
  type OpenDialogOptions,
  shell,
} from 'electron'
import { z } from 'zod'
import { channels, desktopThemes } from '../../shared/api/desktop.ts'
import type { Services } from '../../shared/api/services.ts'
import { parseOrExplain } from '../../shared/errors.ts'
import type { MainWindow } from '../window.ts'
import { answerPort } from './answerPort.ts'
import type { Log } from './log.ts'
import { isOwnFrame } from './origin.ts'
import type { WindowState } from './windowState.ts'

export interface BridgeAnswers {
  readonly services: Services
  readonly database: string
  readonly window: MainWindow
  readonly state: WindowState
  readonly log: Log
}

const theme = z.enum(desktopThemes)

/** Everything the page can ask of the desktop; whoever else asks is refused. */
export function answerBridge({ services, database, window, state, log }: BridgeAnswers): void {
  const isOurs = ({ senderFrame, sender }: IpcMainEvent | IpcMainInvokeEvent): boolean =>
    isOwnFrame(senderFrame) && sender === window.current()?.webContents

  const handle = (channel: string, answer: (given: unknown) => unknown): void =>
    ipcMain.handle(channel, (event, given: unknown) => {
      if (isOurs(event)) return answer(given)
      log(`Refused ${channel}: it was not asked by the window's own page.`)
      throw new Error('Only the window itself may ask this.')
    })

  ipcMain.on(channels.connect, (event) => {
    if (!isOurs(event)) return log(`Refused ${channels.connect}: it was not asked by the window's own page.`)
    const { port1, port2 } = new MessageChannelMain()
    answerPort(port1, services, log)
    event.sender.postMessage(channels.port, null, [port2])
  })
  handle(channels.reveal, () => shell.showItemInFolder(database))
  handle(channels.chooseFolder, () =>
    choose(window, { title: 'Choose a folder', properties: ['openDirectory'] }),
  )
  handle(channels.chooseFile, () => choose(window, { title: 'Choose a file', properties: ['openFile'] }))
  handle(channels.theme, (given) => {
    nativeTheme.themeSource = parseOrExplain(theme, given, 'choosing the theme')
    state.keepTheme(nativeTheme.themeSource)
  })
}

async function choose(window: MainWindow, options: OpenDialogOptions): Promise<string | undefined> {
  const parent = window.current()
  const { canceled, filePaths } = await (parent === undefined
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(parent, options))
  return canceled ? undefined : filePaths[0]
}
