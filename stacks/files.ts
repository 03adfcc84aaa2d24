/**
 * Where files of messages are kept: a bucket that only our own roles reach, over TLS. A file goes when the message that
 * it came with does.
 */
import { OPENED } from '../core/media/opened.ts'
import { PlatformConfig } from '../core/platform/config.ts'
import type { Stage } from './stage.ts'

export function files({ settings, production }: Stage): sst.aws.Bucket {
  const days = PlatformConfig.shape.MESSAGE_RETENTION_DAYS.parse(settings.platform.MESSAGE_RETENTION_DAYS)
  return new sst.aws.Bucket('Files', {
    cors: false,
    // A day more, because S3 counts from midnight.
    lifecycle: [
      { id: 'expired', expiresIn: `${days + 1} days` },
      { id: 'opened', prefix: OPENED, expiresIn: '1 day' },
    ],
    transform: { bucket: { forceDestroy: !production } },
  })
}
