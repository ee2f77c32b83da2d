/** What is said of a GPU that is full: the one finding that may change while a host is open. */
export const noGpuMemory =
  'the GPU has no memory left for TensorFlow: end what else uses it, or wait until it has ended, then start again'
