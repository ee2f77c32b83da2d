/** A step does something that a list of kernels cannot repeat. */
export class NotRecordable extends Error {
  override readonly name = 'NotRecordable'
}
