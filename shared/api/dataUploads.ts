import { z } from 'zod'

/*
 * Data dropped onto a page in a browser, which knows no paths: its files go up in pieces, into a folder of the host's that
 * an import then reads, and which goes with it.
 */

/** Bytes of the pieces of one request; as text they take a third more. */
export const requestBytes = 2 ** 21
export const mostUploadBytes = 2 * 2 ** 30
export const mostUploadFiles = 200_000
export const mostFilesOfRequest = 200

const part = z
  .string()
  .regex(/^[^/\\:*?"<>|\p{Cc}]{1,255}$/u, 'must be a plain name')
  .refine((name) => !/^\.{1,2}$/.test(name), 'must be a plain name')

/** Below the folder of the upload: "cats/1.png". */
const place = z
  .string()
  .max(2048)
  .refine((path) => {
    const parts = path.split('/')
    return parts.length <= 16 && parts.every((name) => part.safeParse(name).success)
  }, 'must be plain names with / between them')

const upload = z.uuid('must be an id made for this upload')

export const dataPieces = z.strictObject({
  upload,
  /** The pieces of a file come in their order. */
  files: z
    .array(
      z.strictObject({
        place,
        content: z.base64().max(Math.ceil(requestBytes / 3) * 4, `must be at most ${requestBytes} bytes`),
      }),
    )
    .min(1)
    .max(mostFilesOfRequest),
})
export type DataPieces = z.infer<typeof dataPieces>
export const dropUpload = z.strictObject({ upload })

export interface UploadPlace {
  /** On the host's machine: what was dropped lies in it. */
  readonly folder: string
}
