/**
 * How words reach a live connection: API Gateway's management API on AWS, and what stands for it on one machine. A
 * connection that is gone is an answer and no error; one that does not read is cut, and goes on behind its cursor.
 */
import type { ServerFrame } from './frames.ts'

export type Post = {
  /** `gone` also when it did not read in time. */
  send(connectionId: string, frame: ServerFrame): Promise<'sent' | 'gone'>
  close(connectionId: string): Promise<void>
  isOpen(connectionId: string): Promise<boolean>
}
