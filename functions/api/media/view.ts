/** How an upload is shown. */
import * as z from 'zod'
import type { MediaFile } from '#core/media/file.ts'
import type { Deps } from '../deps.ts'

export const tags = ['Media']

export const Upload = z
  .object({
    id: z.string(),
    mimetype: z.string(),
    size: z.int(),
    sha256: z.string(),
    fileName: z.string().optional(),
    url: z.string().meta({ description: 'Works for a day at least' }),
  })
  .meta({ id: 'Upload' })

export const shown = async ({ media }: Deps, file: MediaFile): Promise<z.infer<typeof Upload>> => ({
  id: file.id,
  mimetype: file.mimetype,
  size: file.size,
  sha256: file.sha256,
  ...(file.fileName ? { fileName: file.fileName } : {}),
  url: await media.links.to(file.id, file.fileName),
})

export const EXAMPLE = {
  id: '5bc99cea8975b95fe7077c64a3312145-0a1b2c3d4e5f6g7h8i9j0k1l2m',
  mimetype: 'video/mp4',
  size: 31_457_280,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  fileName: 'tour.mp4',
  url: 'https://lines.example.org/media/5bc99c…/tour.mp4?expires=1767398400&signature=…',
}
