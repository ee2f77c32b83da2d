import { z } from 'zod'
import { sha256, supersededEvent } from '../../shared/worker/protocol.ts'

/*
 * What the requests of a desk look like over HTTPS, each packed: the rest is as shared/worker/protocol.ts has it.
 *
 *   POST /v1/join                             joinRequest         → joinAnswer
 *   GET  /v1/app                                                  → gzip of the program
 *   POST /v1/attend                           attendRequest       → attendAnswer
 *   POST /v1/start                            startRequest        → startAnswer
 *   POST /v1/attempts/RUN/N/missing           blobList            → blobList
 *   PUT  /v1/attempts/RUN/N/blobs/SHA256      the bytes           → {}
 *   POST /v1/attempts/RUN/N/events            pushRequest         → pushAnswer
 *   POST /v1/attempts/RUN/N/end               attemptEnd          → pushAnswer
 *   GET  /v1/datasets/ID                                          → datasetManifest
 *   GET  /v1/datasets/ID/FILE?from=BYTE                           → the bytes from there on
 *
 * Any other status than 200 comes with a refusal.
 */

/** The port that a host listens on where nothing else is said. */
export const usualWorkerPort = 7342

const spooledPart = z.union([
  z.strictObject({ bytes: z.instanceof(Uint8Array) }),
  z.strictObject({ sha256, length: z.int().min(0) }),
])

/** The largest number of events in one push. */
const mostEventsInPush = 10_000

/** Events with sequences that follow one another, each as `separate` of packed.ts gives it. */
export const pushRequest = z.strictObject({
  events: z
    .array(
      z.strictObject({
        seq: supersededEvent.shape.seq,
        text: z.string(),
        parts: z.array(spooledPart).max(10_000),
      }),
    )
    .max(mostEventsInPush),
})

export const blobList = z.strictObject({ sha256: z.array(sha256).max(10_000) })

/** In words a user reads. */
export const refusal = z.strictObject({ reason: z.string().max(2000) })
