import type { GraphBuilder, Node } from './graph.ts'

/** Height, width and channels of a place where images are. */
export function sizes({ shape }: Node): readonly [height: number, width: number, channels: number] {
  const [height, width, channels] = shape
  if (height === undefined || width === undefined || channels === undefined) {
    throw new Error(`expected images, found examples of shape [${shape.join(', ')}]`)
  }
  return [height, width, channels]
}

interface ConvOptions {
  readonly filters: number
  readonly kernel?: 1 | 3
  readonly stride?: number
  readonly bias?: boolean
  readonly activation?: 'linear' | 'relu'
}

/** The trainer pads (kernel - 1) / 2 zeros on every side; Keras' "same" would pad a stride of 2 on two sides only. */
export function conv(graph: GraphBuilder, name: string, from: Node, options: ConvOptions): Node {
  const { filters, kernel = 3, stride = 1, bias = false, activation = 'linear' } = options
  const [height, width] = sizes(from)
  const shape = [Math.ceil(height / stride), Math.ceil(width / stride), filters]
  const padded = kernel === 3 && stride > 1 ? padSides(graph, `${name}/pad`, from) : from
  const config = {
    filters,
    kernel_size: [kernel, kernel],
    strides: [stride, stride],
    padding: kernel === 3 && stride === 1 ? 'same' : 'valid',
    use_bias: bias,
    activation,
  }
  return graph.add('Conv2D', name, [padded], config, shape)
}

function padSides(graph: GraphBuilder, name: string, from: Node): Node {
  const [height, width, channels] = sizes(from)
  const padding = [
    [1, 1],
    [1, 1],
  ]
  return graph.add('ZeroPadding2D', name, [from], { padding }, [height + 2, width + 2, channels])
}

/** Pooled in windows of 2×2; the last row or column of an odd size is left out. */
export function halved(
  graph: GraphBuilder,
  pooling: 'MaxPooling2D' | 'AveragePooling2D',
  name: string,
  from: Node,
): Node {
  const [height, width, channels] = sizes(from)
  const config = { pool_size: [2, 2], strides: [2, 2], padding: 'valid' }
  return graph.add(pooling, name, [from], config, [Math.floor(height / 2), Math.floor(width / 2), channels])
}

/**
 * The shortcut without parameters: every stride-th pixel (a pooling of single pixels), and zeros for the new channels,
 * for which no layer exists: channels come to the front, are padded, and go back.
 */
export function identityShortcut(
  graph: GraphBuilder,
  name: string,
  from: Node,
  stride: number,
  filters: number,
): Node {
  const [height, width, channels] = sizes(from)
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)]
  const picked =
    stride === 1
      ? from
      : graph.add(
          'AveragePooling2D',
          `${name}/pick`,
          [from],
          { pool_size: [1, 1], strides: [stride, stride], padding: 'valid' },
          [rows, columns, channels],
        )
  if (filters === channels) return picked
  const padding = [
    [0, filters - channels],
    [0, 0],
  ]
  const turned = graph.add('Permute', `${name}/turn`, [picked], { dims: [3, 1, 2] }, [
    channels,
    rows,
    columns,
  ])
  const padded = graph.add('ZeroPadding2D', `${name}/zeros`, [turned], { padding }, [filters, rows, columns])
  return graph.add('Permute', `${name}/back`, [padded], { dims: [2, 3, 1] }, [rows, columns, filters])
}
