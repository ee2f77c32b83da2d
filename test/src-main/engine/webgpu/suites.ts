/*
 * The suites of layers, models, loss and optimizers, on one device: its kernels are compiled once for all of them. Run
 * with ANNEAL_TEST_DEVICE set.
 */

import '../../trainer/models/gradients.test.ts'
import '../../trainer/models/layersGradients.test.ts'
import '../../trainer/models/backends.test.ts'
import '../../trainer/models/batchNorm.test.ts'
import '../../trainer/models/shortcut.test.ts'
import '../../trainer/loss.test.ts'
import '../../trainer/optimizers/optimizers.test.ts'
