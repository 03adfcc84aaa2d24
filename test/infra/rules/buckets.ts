/** Whatever is kept in a bucket is private, encrypted in transit, and leaves it one day. */
import type { Rule } from './view.ts'

const BLOCKS = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets']

export const bucketsArePrivate: Rule = ({ all, inputsOf }) => {
  const blocks = inputsOf('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock')
  const rules = inputsOf('aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration')
  const policies = inputsOf('aws:s3/bucketPolicy:BucketPolicy')
  return [
    ...all('aws:s3/bucket:Bucket').flatMap(({ name, inputs }) => {
      const of = (one: { bucket?: unknown }) => one.bucket === inputs.bucket
      const block = blocks.find(of)
      return [
        ...BLOCKS.filter((setting) => block?.[setting] !== true).map(
          (setting) => `${name}: ${setting} is not on`,
        ),
        ...(rules.some(of) ? [] : [`${name} keeps everything for ever`]),
      ]
    }),
    ...policies.flatMap(({ bucket, policy }) =>
      (JSON.parse(String(policy)) as { Statement: { Effect: string }[] }).Statement.every(
        ({ Effect }) => Effect === 'Deny',
      )
        ? []
        : [`${bucket} is opened by its policy`],
    ),
  ]
}
