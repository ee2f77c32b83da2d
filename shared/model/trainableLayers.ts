/** Initialisers that a layer draws at random, with what stands in where its JSON names none. */
type RandomInitialisers = Readonly<Record<string, string>>

const recurrent = { kernel_initializer: 'GlorotNormal', recurrent_initializer: 'Orthogonal' }

/** What an RNN may hold, alone or in StackedRNNCells. */
export const trainableCells: Readonly<Record<string, RandomInitialisers>> = {
  LSTMCell: recurrent,
  GRUCell: recurrent,
  SimpleRNNCell: recurrent,
}

/** Layers of tfjs that train correctly here, by their class name. */
export const trainableLayers: Readonly<Record<string, RandomInitialisers>> = {
  ...Object.fromEntries(
    [
      ...['InputLayer', 'Flatten', 'Reshape', 'Permute', 'RepeatVector', 'Activation', 'Dropout'],
      ...['ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU', 'Softmax'],
      ...['SpatialDropout1D', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout'],
      ...['MaxPooling1D', 'MaxPooling2D', 'AveragePooling1D', 'AveragePooling2D'],
      ...['MaxPooling3D', 'AveragePooling3D', 'UpSampling2D', 'Resizing', 'CenterCrop'],
      ...['GlobalMaxPooling1D', 'GlobalMaxPooling2D', 'GlobalAveragePooling1D', 'GlobalAveragePooling2D'],
      ...[
        'ZeroPadding2D',
        'Cropping2D',
        'BatchNormalization',
        'LayerNormalization',
        'GroupNormalization',
        'Rescaling',
      ],
      ...['Add', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate', 'Dot'],
      ...['Bidirectional', 'TimeDistributed', 'RNN', 'Masking'],
    ].map((name) => [name, {}]),
  ),
  LSTM: recurrent,
  GRU: recurrent,
  SimpleRNN: recurrent,
  ConvLSTM2D: recurrent,
  EinsumDense: { kernel_initializer: 'GlorotUniform' },
  Embedding: { embeddings_initializer: 'RandomUniform' },
  MultiHeadAttention: { kernel_initializer: 'GlorotUniform' },
  Dense: { kernel_initializer: 'GlorotNormal' },
  Conv1D: { kernel_initializer: 'GlorotNormal' },
  Conv2D: { kernel_initializer: 'GlorotNormal' },
  Conv3D: { kernel_initializer: 'GlorotNormal' },
  Conv3DTranspose: { kernel_initializer: 'GlorotNormal' },
  Conv2DTranspose: { kernel_initializer: 'GlorotNormal' },
  DepthwiseConv2D: { depthwise_initializer: 'GlorotNormal' },
  SeparableConv2D: { depthwise_initializer: 'GlorotNormal', pointwise_initializer: 'GlorotNormal' },
}
