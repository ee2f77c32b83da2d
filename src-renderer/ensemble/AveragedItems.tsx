import { Menu } from '@mantine/core'
import { averagedModelUrl, type EnsembleChoice, type SnapshotDownload } from '../../shared/api/urls.ts'
import { download } from '../components/download.ts'
import { notifyDone } from '../components/notify.ts'

const names: readonly (readonly [format: SnapshotDownload, name: string])[] = [
  ['onnx', 'ONNX file'],
  ['safetensors', 'safetensors file'],
  ['tfjs', 'TensorFlow.js model (.tar)'],
]

interface AveragedItemsProps {
  readonly members: EnsembleChoice['members']
}

/** Items of a menu: the model of averaged weights as a file. */
export function AveragedItems({ members }: AveragedItemsProps) {
  const start = (format: SnapshotDownload): void => {
    download(averagedModelUrl(members, format))
    notifyDone('The weights are averaged anew; the file comes in seconds to minutes')
  }
  return (
    <>
      <Menu.Label>Averaged weights, one model</Menu.Label>
      {names.map(([format, name]) => (
        <Menu.Item key={format} onClick={() => start(format)}>
          {name}
        </Menu.Item>
      ))}
    </>
  )
}
