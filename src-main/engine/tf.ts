/*
 * The one door to tfjs. tfjs-core's Node bundle knows the operations but no gradients; tfjs-layers registers every
 * one of them as it loads, so it must be loaded before anything is differentiated.
 */
import '@tensorflow/tfjs-layers'
import { enableProdMode } from '@tensorflow/tfjs-core'

// Without it the cpu backend advertises another package on standard error.
enableProdMode()

export * from '@tensorflow/tfjs-core'
